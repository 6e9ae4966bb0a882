#include "archive/group_tally.h"

namespace s3c::archive {

void GroupTally::begin_pass() {
  base::MutexLock lock(mutex_);
  const VolumeSums committed = report_.archived();
  report_.listed = committed.objects;
  report_.listed_bytes = committed.source_bytes;
  report_.already_archived = 0;
  report_.to_compare = 0;
  report_.already_archived_bytes = 0;
}

void GroupTally::count_listed(const s3::ObjectSummary& object) {
  base::MutexLock lock(mutex_);
  ++report_.listed;
  report_.listed_bytes += object.size_bytes;
}

void GroupTally::count_archived(const s3::ObjectSummary& object, bool compare) {
  base::MutexLock lock(mutex_);
  ++report_.already_archived;
  if (compare) ++report_.to_compare;
  report_.already_archived_bytes += object.size_bytes;
}

void GroupTally::count_to_archive(const s3::ObjectSummary& object, bool compare) {
  base::MutexLock lock(mutex_);
  ++report_.to_archive;
  if (compare) ++report_.to_compare;
  report_.to_archive_bytes += object.size_bytes;
  progress_.update(prefix_, [&object](GroupProgress& group, RunProgress&) {
    ++group.listed;
    group.listed_bytes += object.size_bytes;
  });
}

void GroupTally::set_lost(std::vector<std::string> archive_keys) {
  base::MutexLock lock(mutex_);
  report_.lost = std::move(archive_keys);
}

void GroupTally::count_admitted(std::uint64_t size_bytes) {
  progress_.update(prefix_, [size_bytes](GroupProgress& group, RunProgress&) {
    ++group.listed;
    group.listed_bytes += size_bytes;
  });
}

void GroupTally::foresee_rest(const s3::ObjectListing::Rest& rest) {
  progress_.update(prefix_, [&rest](GroupProgress& group, RunProgress&) {
    group.foreseen = {group.listed + rest.objects, group.listed_bytes + rest.bytes};
  });
}

void GroupTally::listing_done() {
  progress_.update(prefix_, [](GroupProgress& group, RunProgress&) { group.listing_done = true; });
}

void GroupTally::add_left(LeftObject object) {
  base::MutexLock lock(mutex_);
  report_.left.add(std::move(object));
}

void GroupTally::add_left(const LeftObjects& objects) {
  base::MutexLock lock(mutex_);
  report_.left.add(objects);
}

void GroupTally::add_sealed(const SealedVolume& sealed) {
  base::MutexLock lock(mutex_);
  report_.vanished += sealed.vanished;
  report_.left.add(sealed.left);
  const double dollars = sealed.sources.dollars_per_month();
  report_.bills.sources.add(sealed.sources);
  progress_.update(prefix_,
                   [dollars](GroupProgress&, RunProgress& run) { run.monthly_source_dollars += dollars; });
}

void GroupTally::add_committed(const index::Manifest& manifest) {
  base::MutexLock lock(mutex_);
  base::StorageBill bill(report_.bills.archives.prices());
  bill.add(manifest.storage_class, manifest.archive_size_bytes, base::kAlwaysIdle);
  for (const std::uint64_t bytes :
       {manifest.index_size_bytes, std::uint64_t{index::to_json(manifest).size()}})
    bill.add("STANDARD", bytes, 0);
  report_.bills.archives.add(bill);
  progress_.update(prefix_, [dollars = bill.dollars_per_month()](GroupProgress&, RunProgress& run) {
    run.monthly_archive_dollars += dollars;
  });
  report_.volumes.push_back(
      {manifest.archive_key, manifest.objects, manifest.source_size_bytes, manifest.archive_size_bytes});
}

void GroupTally::add_otherwise_stored(OtherwiseStored volume) {
  base::MutexLock lock(mutex_);
  // After a pass that starts again, a volume of this run is met as one of an earlier run.
  for (const OtherwiseStored& told : report_.otherwise_stored) {
    if (told.archive_key == volume.archive_key) return;
  }
  report_.otherwise_stored.push_back(std::move(volume));
}

void GroupTally::count_lost_race() {
  base::MutexLock lock(mutex_);
  ++report_.lost_races;
}

void GroupTally::add_deletes(const DeleteReport& done) {
  progress_.update(prefix_, [&done](GroupProgress& group, RunProgress& run) {
    group.deleted += done.deleted;
    run.objects_deleted += done.deleted;
  });
  base::MutexLock lock(mutex_);
  report_.deleted += done.deleted;
  report_.markers += done.markers;
  report_.versions_kept += done.versions_kept;
  report_.versions_kept_bytes += done.versions_kept_bytes;
  report_.left.add(done.left);
}

void GroupTally::add_sweep(const SweepReport& done) {
  base::MutexLock lock(mutex_);
  if (report_.lost.empty()) report_.lost = done.lost;
  report_.versions_deleted += done.deleted;
  report_.left.add(done.left);
  if (!done.whole) return;
  report_.versions_kept = done.kept;
  report_.versions_kept_bytes = done.kept_bytes;
}

void GroupTally::add_foreseen_sweep(const SweepReport& foreseen) {
  base::MutexLock lock(mutex_);
  if (report_.lost.empty()) report_.lost = foreseen.lost;
  report_.versions_to_delete = foreseen.deleted;
  report_.versions_to_delete_bytes = foreseen.deleted_bytes;
}

void GroupTally::set_stage(GroupProgress::Stage stage) {
  progress_.update(prefix_, [stage](GroupProgress& group, RunProgress&) { group.stage = stage; });
}

void GroupTally::count_bytes_out(std::uint64_t bytes) {
  progress_.update(prefix_, [bytes](GroupProgress&, RunProgress& run) { run.bytes_out += bytes; });
}

}  // namespace s3c::archive
