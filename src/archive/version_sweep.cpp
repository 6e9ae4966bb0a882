#include "archive/version_sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "archive/at_once.h"
#include "archive/attribute_recheck.h"
#include "archive/delete_license.h"
#include "base/encoding.h"
#include "s3/listing.h"
#include "source/archived_members.h"

namespace s3c::archive {

class VersionSweep::OneGroup {
 public:
  OneGroup(const Setup& setup, const catalog::Group& group, const source::ObjectFilter& filter,
           SweepReport& report)
      : s_(setup), group_(group), filter_(filter), report_(report) {}

  void sweep() {
    run([this](Volume& volume) { delete_doomed(volume); });
  }
  void foresee() {
    run([this](const Volume& volume) {
      for (const s3::ObjectVersion& version : volume.doomed) count_deleted(version);
    });
  }

 private:
  /// A volume of the group, and the cursor that walks its index beside the listing.
  struct Volume {
    Volume(catalog::Catalog& catalog, catalog::CommittedVolume committed)
        : volume(std::move(committed)), members(catalog, volume.manifest()) {}

    const catalog::CommittedVolume volume;
    source::MemberCursor members;
    std::optional<DeleteLicense> license;  ///< made for the first delete
    std::vector<s3::ObjectVersion> doomed;
  };

  /// act: called with each volume and those of its archived versions that a page of the listing has.
  template <typename Act>
  void run(Act act) {
    s3::VersionPages pages(s_.stores.source,
                           {.bucket = s_.options.selection.bucket, .prefix = group_.prefix});
    std::optional<s3::ListObjectVersionsPage> page = pages.next();
    while (page) {
      // Fetches the next page before it deletes anything of this one, because the next page begins after a
      // version of this one.
      std::optional<s3::ListObjectVersionsPage> next = pages.next();
      for (const s3::ObjectVersion& version : page->versions) take(version);
      for (Volume& volume : volumes_) {
        act(volume);
        volume.doomed.clear();
      }
      page = std::move(next);
    }
    report_.whole = true;
  }

  void take(const s3::ObjectVersion& version) {
    const std::string& key = version.object.key;
    if (key != key_) is_hidden_ = false;
    key_ = key;
    if (version.is_latest) is_hidden_ = version.is_delete_marker;
    if (!is_hidden_ || version.is_delete_marker || !filter_(version.object)) return;
    if (Volume* volume = volume_of(version)) {
      volume->doomed.push_back(version);
    } else {
      count_kept(version);
    }
  }

  /// The committed volume that holds exactly this version; nullptr: none. A version id names the same bytes
  /// for ever. The last-modified time doesn't count: Ceph RGW shows another one after a lock was put on the
  /// version.
  Volume* volume_of(const s3::ObjectVersion& version) {
    if (version.version_id == "null") return nullptr;
    if (!is_loaded_) load_volumes();
    for (Volume& volume : volumes_) {
      const index::Row* row = volume.members.row_of(version.object.key);
      if (row != nullptr && row->version_id == version.version_id && !row->etag.empty() &&
          row->etag == version.object.etag && row->size_bytes == version.object.size_bytes)
        return &volume;
    }
    return nullptr;
  }

  void load_volumes() {
    const catalog::GroupState state = s_.catalog.load_group(group_.stem);
    for (const catalog::ManifestName& lost : state.lost) report_.lost.push_back(lost.archive_key);
    for (const catalog::CommittedVolume& volume : state.committed) {
      if (source::is_of_group(volume, s_.options.selection.bucket, group_))
        volumes_.emplace_back(s_.catalog, volume);
    }
    is_loaded_ = true;
  }

  /// Leaves, and takes out of volume.doomed, each version that has tags, if the volume was packed without tags.
  void leave_tagged(Volume& volume) {
    const index::Manifest& manifest = volume.volume.manifest();
    if (manifest.tags_archived || s_.options.without_tags) return;
    std::vector<std::optional<LeftObject>> changes(volume.doomed.size());
    for_each_at_once(changes.size(), [&](std::size_t i) {
      index::Row untagged;  // as every row of this volume
      untagged.key = volume.doomed[i].object.key;
      changes[i] = changed_version_tags(s_.stores.source, manifest, untagged, volume.doomed[i].version_id);
    });
    std::vector<s3::ObjectVersion> rest;
    for (std::size_t i = 0; i < changes.size(); ++i) {
      if (changes[i]) {
        leave(volume.doomed[i], *changes[i]);
      } else {
        rest.push_back(std::move(volume.doomed[i]));
      }
    }
    volume.doomed = std::move(rest);
  }

  void delete_doomed(Volume& volume) {
    leave_tagged(volume);
    if (volume.doomed.empty()) return;
    if (!volume.license)
      volume.license.emplace(s_.stores, s_.clock, s_.catalog.mark(volume.volume), std::nullopt);
    const auto most = static_cast<std::size_t>(s_.options.delete_batch);
    for (std::size_t first = 0; first < volume.doomed.size(); first += most) {
      s_.left.expect_written();
      const std::size_t end = std::min(volume.doomed.size(), first + most);
      std::vector<s3::DeleteItem> items;
      for (std::size_t i = first; i < end; ++i)
        items.push_back({volume.doomed[i].object.key, volume.doomed[i].version_id, ""});
      // A version id names the same bytes for ever, so a request that arrives twice does no harm.
      const std::vector<s3::DeleteResult> results =
          volume.license->delete_objects(items, s3::ObjectStore::Resend::allowed);
      const std::uint64_t deleted_before = report_.deleted;
      for (std::size_t i = first; i < end; ++i) settle(volume.doomed[i], results.at(i - first));
      s_.log.info("deleted for ever from {}: {} of {} versions, from {} to {}", s_.options.selection.bucket,
                  report_.deleted - deleted_before, items.size(), base::printable(items.front().key),
                  base::printable(items.back().key));
    }
  }

  void settle(const s3::ObjectVersion& version, const s3::DeleteResult& result) {
    if (result.outcome == s3::DeleteResult::Outcome::deleted) {
      count_deleted(version);
      return;
    }
    const std::string detail =
        fmt::format("version {}: {}: {}", version.version_id, result.code, result.message);
    leave(version, {version.object.key, LeftReason::not_deleted, detail});
  }

  void leave(const s3::ObjectVersion& version, const LeftObject& left) {
    s_.left.tell(left);
    report_.left.add(left);
    count_kept(version);
  }

  void count_deleted(const s3::ObjectVersion& version) {
    ++report_.deleted;
    report_.deleted_bytes += version.object.size_bytes;
  }

  void count_kept(const s3::ObjectVersion& version) {
    ++report_.kept;
    report_.kept_bytes += version.object.size_bytes;
  }

  const Setup& s_;
  const catalog::Group& group_;
  const source::ObjectFilter& filter_;
  SweepReport& report_;
  std::string key_;         ///< the key of the version before
  bool is_hidden_ = false;  ///< the latest version of key_ is a delete marker
  bool is_loaded_ = false;
  std::deque<Volume> volumes_;  // a deque, so that they don't move
};

void VersionSweep::sweep(const catalog::Group& group, const source::ObjectFilter& filter,
                         SweepReport& report) {
  OneGroup(s_, group, filter, report).sweep();
}

SweepReport VersionSweep::foresee(const catalog::Group& group, const source::ObjectFilter& filter) {
  SweepReport report;
  OneGroup(s_, group, filter, report).foresee();
  return report;
}

}  // namespace s3c::archive
