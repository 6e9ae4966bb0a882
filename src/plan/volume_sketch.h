// The volumes that a group's objects would go into, and how often a run lists the group to delete them. Values.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>

#include "catalog/layout.h"
#include "catalog/volume_size.h"
#include "plan/archive_size.h"
#include "plan/request_forecast.h"

namespace s3c::plan {

/// Takes the objects of a group in key order. Keeps one volume, so that it stays small for any number of objects.
class VolumeSketch {
 public:
  /// Called with each volume that is full, and with the last one.
  using Done = std::function<void(const PlannedVolume&)>;

  /// All arguments but done outlive it.
  VolumeSketch(const PlanOptions& options, const SizeModel& sizes, const catalog::Group& group, Done done)
      : options_(options), sizes_(sizes), group_(group), done_(std::move(done)), fill_(options.limits) {}

  /// An object of the listing that isn't packed.
  void pass();
  /// An object that would need a volume of its own, and gets none.
  void pass_alone();
  /// An object that is packed. frozen: it turns out that it can't be read.
  void add(const s3::ObjectSummary& object, bool frozen);
  void finish();
  /// How many pages a run lists to delete the members of all volumes. REQUIRES: finish().
  std::uint64_t delete_pages() const { return delete_pages_; }
  /// Among how many keys so many objects of the group lie. Of a group by time it is an estimate: as if all groups'
  /// keys were spread evenly.
  std::uint64_t keys_among(std::uint64_t objects) const;

 private:
  void end_volume(bool at_end);

  const PlanOptions& options_;
  const SizeModel& sizes_;
  const catalog::Group& group_;
  const Done done_;
  catalog::VolumeFill fill_;
  PlannedVolume volume_;
  std::uint64_t position_ = 0;  ///< of the next object in the listing
  std::uint64_t first_ = 0;     ///< position of the volume's first member
  std::uint64_t delete_pages_ = 0;
  /// A listing fetches a page ahead. These are the positions at which such a page begins; it counts if there is an
  /// object.
  std::deque<std::uint64_t> ahead_;
};

}  // namespace s3c::plan
