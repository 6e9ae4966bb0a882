// How large a volume becomes: which objects go into one, and in which parts it is uploaded. Pure functions and
// values; any thread.
#pragma once

#include <cstdint>

namespace s3c::catalog {

struct VolumeLimits {
  std::uint64_t max_objects = 0;
  std::uint64_t max_size_bytes = 0;  ///< of source bytes
};

/// The objects of one volume while it is filled, in key order.
class VolumeFill {
 public:
  explicit VolumeFill(VolumeLimits limits) : limits_(limits) {}

  /// The first object always has room, whatever its size.
  bool has_room_for(std::uint64_t size_bytes) const {
    return objects_ == 0 || (objects_ < limits_.max_objects && bytes_ + size_bytes <= limits_.max_size_bytes);
  }
  void add(std::uint64_t size_bytes) {
    ++objects_;
    bytes_ += size_bytes;
  }
  std::uint64_t objects() const { return objects_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  VolumeLimits limits_;
  std::uint64_t objects_ = 0;
  std::uint64_t bytes_ = 0;
};

/// The most bytes that a volume can have when its source objects add up to source_bytes in so many members.
/// Holds even for incompressible objects with the longest names.
std::uint64_t largest_archive_bytes(std::uint64_t source_bytes, std::uint64_t objects);

/// The size of the parts of such a volume, in bytes: the smallest whole MiB, at least 8, with which the
/// largest volume needs fewer than 10,000 parts. All parts are equal, because some stores insist on that.
std::uint64_t part_size_bytes(std::uint64_t source_bytes, std::uint64_t objects);

/// The size of the parts of the volume whose first object has first_bytes. An object that is larger than the
/// limit for a volume gets a volume of its own, with parts to fit.
std::uint64_t part_size_of(VolumeLimits limits, std::uint64_t first_bytes);

/// The memory that a run needs, in bytes, to make volumes with parts of that size, if so many parts are in flight.
std::uint64_t least_memory_bytes(std::uint64_t part_size, std::uint64_t in_flight);

}  // namespace s3c::catalog
