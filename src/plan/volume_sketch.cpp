#include "plan/volume_sketch.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace s3c::plan {

void VolumeSketch::pass() {
  while (!ahead_.empty() && ahead_.front() <= position_) {
    ++delete_pages_;
    ahead_.pop_front();
  }
  ++position_;
}

void VolumeSketch::pass_alone() {
  if (fill_.objects() != 0) end_volume(false);
  pass();
}

void VolumeSketch::add(const s3::ObjectSummary& object, bool frozen) {
  if (!fill_.has_room_for(object.size_bytes)) end_volume(false);
  if (fill_.objects() == 0) volume_.part_size = catalog::part_size_of(options_.limits, object.size_bytes);
  fill_.add(object.size_bytes);
  ++volume_.admitted;
  if (!frozen) {
    if (volume_.members == 0) first_ = position_;
    ++volume_.members;
    volume_.bytes += object.size_bytes;
    volume_.key_bytes += object.key.size();
  }
  pass();
}

std::uint64_t VolumeSketch::keys_among(std::uint64_t objects) const {
  if (!group_.period || group_.objects == 0) return objects;
  const double between = static_cast<double>(group_.objects_between) / static_cast<double>(group_.objects);
  return objects + static_cast<std::uint64_t>(std::llround(between * static_cast<double>(objects)));
}

void VolumeSketch::finish() {
  if (fill_.objects() != 0) end_volume(true);
}

void VolumeSketch::end_volume(bool at_end) {
  volume_.archive_bytes = sizes_.archive_bytes(volume_.members, volume_.bytes, volume_.key_bytes);
  done_(volume_);
  if (volume_.members != 0) {
    // The deleter lists from the first member on, until it meets an object behind the last one.
    const std::uint64_t seen = position_ - first_ + (at_end ? 0 : 1);
    const std::uint64_t pages = std::max<std::uint64_t>(1, pages_of(keys_among(seen)));
    delete_pages_ += pages;
    if (!at_end) ahead_.push_back(first_ + pages * kPageKeys * seen / keys_among(seen));
  }
  volume_ = {};
  fill_ = catalog::VolumeFill(options_.limits);
}

}  // namespace s3c::plan
