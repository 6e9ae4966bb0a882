#include "catalog/volume_size.h"

#include <algorithm>

#include "s3/part_uploader.h"

namespace s3c::catalog {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

}  // namespace

std::uint64_t largest_archive_bytes(std::uint64_t source_bytes, std::uint64_t objects) {
  // Beside its data a member costs two headers with its name, and its index row. The headers have at most
  // 3,100 bytes each, when every byte of a 1,024-byte key is escaped. The row has key, headers, 2 KB of
  // metadata and tags. It is compressed, but counted in full.
  constexpr std::uint64_t kOverheadPerObject = 2 * 3'300 + 8'192;
  // The caps are more than S3 can hold. Without them the sums below would wrap around.
  source_bytes = std::min(source_bytes, std::uint64_t{1} << 50);
  objects = std::min(objects, std::uint64_t{1} << 40);
  // DEFLATE's own worst case, for streamed members: 5 bytes per 16 KB block.
  return source_bytes + source_bytes / 2'048 + objects * kOverheadPerObject + kMiB;
}

std::uint64_t part_size_bytes(std::uint64_t source_bytes, std::uint64_t objects) {
  return s3::part_size_for(largest_archive_bytes(source_bytes, objects));
}

std::uint64_t part_size_of(VolumeLimits limits, std::uint64_t first_bytes) {
  return first_bytes > limits.max_size_bytes ? part_size_bytes(first_bytes, 1)
                                             : part_size_bytes(limits.max_size_bytes, limits.max_objects);
}

std::uint64_t least_memory_bytes(std::uint64_t part_size, std::uint64_t in_flight) {
  // Beside the parts in flight, one is being filled. The other half of the memory is for object bodies.
  return (in_flight + 1) * part_size * 2;
}

}  // namespace s3c::catalog
