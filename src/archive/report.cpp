#include "archive/report.h"

#include <utility>

namespace s3c::archive {

std::string_view describe(LeftReason reason) {
  switch (reason) {
    case LeftReason::changed:
      return "changed while it was being archived";
    case LeftReason::unreadable:
      return "could not be read";
    case LeftReason::frozen:
      return "is in a Glacier class and not thawed";
    case LeftReason::damaged:
      return "its bytes do not match its checksum";
    case LeftReason::too_large:
      return "needs more memory than the run may use";
    case LeftReason::not_deleted:
      return "archived, but could not be deleted";
    case LeftReason::overwritten:
      return "archived, then overwritten: the newer object stays";
    case LeftReason::not_restorable:
      return "its metadata or tags could not be restored as they are";
    case LeftReason::attributes_changed:
      return "archived, then its tags or metadata were changed: the object stays";
    case LeftReason::tags_not_archived:
      return "archived without its tags: the object stays";
    case LeftReason::stale:
      return "is not the object that the inventory or manifest tells of";
    case LeftReason::own_archive:
      return "is itself an archive of s3compress";
  }
  return "left in place";
}

void LeftObjects::add(LeftObject object) {
  ++by_reason_[object.reason];
  all_.add(std::move(object));
}

void LeftObjects::add(const LeftObjects& others) {
  for (const auto& [reason, count] : others.by_reason_) by_reason_[reason] += count;
  all_.add_all(others.all_);
}

VolumeSums GroupReport::archived() const {
  VolumeSums sums;
  for (const VolumeReport& volume : volumes) {
    sums.objects += volume.objects;
    sums.source_bytes += volume.source_bytes;
    sums.archive_bytes += volume.archive_bytes;
  }
  return sums;
}

GroupReport RunReport::total() const {
  GroupReport sum;
  sum.failure = failure;
  for (const GroupReport& g : group_reports) {
    sum.listed += g.listed;
    sum.listed_bytes += g.listed_bytes;
    sum.already_archived += g.already_archived;
    sum.already_archived_bytes += g.already_archived_bytes;
    sum.to_archive += g.to_archive;
    sum.to_archive_bytes += g.to_archive_bytes;
    sum.volumes.insert(sum.volumes.end(), g.volumes.begin(), g.volumes.end());
    sum.otherwise_stored.insert(sum.otherwise_stored.end(), g.otherwise_stored.begin(),
                                g.otherwise_stored.end());
    sum.vanished += g.vanished;
    sum.deleted += g.deleted;
    sum.versions_to_delete += g.versions_to_delete;
    sum.versions_to_delete_bytes += g.versions_to_delete_bytes;
    sum.to_compare += g.to_compare;
    sum.markers += g.markers;
    sum.versions_deleted += g.versions_deleted;
    sum.versions_kept += g.versions_kept;
    sum.versions_kept_bytes += g.versions_kept_bytes;
    sum.lost_races += g.lost_races;
    sum.lost.insert(sum.lost.end(), g.lost.begin(), g.lost.end());
    sum.left.add(g.left);
    if (g.failure && !sum.failure) sum.failure = g.failure;
  }
  return sum;
}

}  // namespace s3c::archive
