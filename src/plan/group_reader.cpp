#include "plan/group_reader.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/error.h"
#include "catalog/catalog.h"
#include "plan/read_counter.h"
#include "plan/volume_sketch.h"
#include "s3/object_listing.h"
#include "source/archived_members.h"

namespace s3c::plan {
namespace {

class Reading {
 public:
  Reading(const GroupReading& with, const catalog::Group& group)
      : r_(with),
        group_(group),
        source_(with.context.source),
        archive_(with.context.archive),
        catalog_(archive_, with.options.archive_bucket),
        plan_(group.prefix, *with.options.prices),
        sketch_(with.options, with.sizes, [this](const PlannedVolume& volume) { add_volume(volume); }) {
    plan_.place = group.place;
  }

  GroupPlan run() {
    if (r_.options.rows) {
      read(*r_.groups.objects_of(group_, r_.wanted));
    } else {
      s3::ObjectListing listing(source_, r_.options.selection.bucket, group_.prefix, "", {}, true);
      read(listing);
    }
    sketch_.finish();
    if (records_loaded_) add_deletes();
    plan_.figures.requests.add(source_.requests());
    plan_.figures.requests.add(archive_.requests());
    return std::move(plan_);
  }

 private:
  /// Objects: has peek() and pop(), as source::ObjectStream.
  template <typename Objects>
  void read(Objects& objects) {
    while (const s3::ObjectSummary* object = objects.peek()) {
      if (r_.context.stop.stop_requested())
        throw base::Error(base::ErrorKind::cancelled, "stopped while planning");
      if (!r_.wanted(*object)) {
        plan_.figures.not_selected.add(object->size_bytes);
        sketch_.pass();
      } else {
        // A run asks the catalog only once it has seen an object that it wants.
        if (!std::exchange(records_loaded_, true)) load_records();
        take(*object);
      }
      objects.pop();
    }
  }

  void load_records() {
    state_ = catalog_.load_group(group_.stem);
    plan_.unfinished = state_.uncommitted.size();
    for (const catalog::ManifestName& lost : state_.lost) plan_.lost.push_back(lost.archive_key);
    std::erase_if(state_.committed, [&](const catalog::CommittedVolume& volume) {
      return !source::is_of_group(volume, r_.options.selection.bucket, group_.prefix);
    });
    archived_.emplace(catalog_, state_.committed);
    for (const catalog::CommittedVolume& volume : state_.committed) {
      const catalog::ManifestName name{volume.manifest().archive_key, volume.manifest().id};
      if (std::find(state_.marks.begin(), state_.marks.end(), name) == state_.marks.end())
        r_.forecast.add_mark(requests());
    }
  }

  void take(const s3::ObjectSummary& object) {
    r_.context.progress.update([&](PlanCounts& counts) {
      ++counts.objects;
      counts.bytes += object.size_bytes;
    });
    if (const catalog::CommittedVolume* const volume = archived_->holder_of(object)) {
      plan_.figures.add_archived(object, r_.now);
      const std::uint64_t doomed = ++deleted_of_[&volume->manifest()];
      if (deleted_of_.size() == 1) offer_to_delete(object, doomed, first_archived_);
      const bool compare =
          r_.options.recheck_attributes || (!volume->manifest().tags_archived && !r_.options.without_tags);
      r_.forecast.add_delete(requests(), object, compare);
      sketch_.pass();
      return;
    }
    if (!plan_.first_to_pack) {
      plan_.first_to_pack = object;
      r_.forecast.add_cleanup(requests());
    }
    if (needs_more_memory(object)) {
      plan_.figures.too_large.add(object.size_bytes);
      sketch_.pass_alone();
      return;
    }
    const bool frozen = object.thaw && !object.thaw->is_readable();
    r_.forecast.add_fetch(requests(), object, frozen);
    sketch_.add(object, frozen);
    if (frozen) {
      plan_.figures.frozen.add(object.size_bytes);
      return;
    }
    plan_.figures.add_to_archive(object, r_.now);
    if (plan_.figures.volumes == 0) offer_to_delete(object, plan_.figures.all.objects, plan_.first_to_delete);
    r_.forecast.add_delete(requests(), object, r_.options.recheck_attributes);
  }

  /// number: of the object in its volume, from 1.
  void offer_to_delete(const s3::ObjectSummary& object, std::uint64_t number,
                       std::optional<s3::ObjectSummary>& last) const {
    if (number <= static_cast<std::uint64_t>(r_.options.delete_batch)) last = object;
  }

  /// Only an object that gets a volume of its own, with larger parts than other volumes have.
  bool needs_more_memory(const s3::ObjectSummary& object) const {
    if (object.size_bytes <= r_.options.limits.max_size_bytes) return false;
    const std::uint64_t part_size = catalog::part_size_of(r_.options.limits, object.size_bytes);
    return catalog::least_memory_bytes(part_size, r_.options.parts_in_flight) > r_.options.memory_bytes;
  }

  void add_volume(const PlannedVolume& volume) {
    r_.forecast.add_volume(requests(), volume);
    if (volume.members == 0) return;
    Figures& figures = plan_.figures;
    ++figures.volumes;
    figures.archive_bytes += volume.archive_bytes;
    figures.archived.add(r_.options.storage_class, volume.archive_bytes, kAlwaysIdle);
    for (const std::uint64_t bytes : {SizeModel::index_bytes(volume.members),
                                      SizeModel::manifest_bytes(volume.members), SizeModel::kMarkBytes})
      figures.archived.add(kStandard, bytes, 0);
    r_.forecast.add_deletes(requests(), volume.members, 0, index_blocks(volume.members));
  }

  void add_deletes() {
    // Volumes of earlier runs come last.
    if (!plan_.first_to_delete) plan_.first_to_delete = first_archived_;
    if (!r_.options.keep_sources) requests().add(s3::Operation::list_objects, sketch_.delete_pages());
    for (const auto& [manifest, objects] : deleted_of_) {
      r_.forecast.add_proof(requests(), manifest->storage_class);
      r_.forecast.add_deletes(requests(), objects, pages_of(objects), manifest->blocks.size());
    }
    r_.forecast.add_version_sweep(requests(),
                                  plan_.figures.all.objects + plan_.figures.archived_before.objects,
                                  plan_.figures.volumes + deleted_of_.size());
  }

  Requests& requests() { return plan_.figures.requests; }

  const GroupReading& r_;
  const catalog::Group& group_;
  ReadCounter source_;
  ReadCounter archive_;
  catalog::Catalog catalog_;
  GroupPlan plan_;
  VolumeSketch sketch_;
  bool records_loaded_ = false;
  catalog::GroupState state_;
  std::optional<source::ArchivedMembers> archived_;
  std::map<const index::Manifest*, std::uint64_t> deleted_of_;  ///< sources that are still there
  std::optional<s3::ObjectSummary> first_archived_;
};

}  // namespace

GroupPlan read_group(const GroupReading& reading, const catalog::Group& group) {
  return Reading(reading, group).run();
}

}  // namespace s3c::plan
