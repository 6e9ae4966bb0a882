#include "sim/payload.h"

#include <algorithm>
#include <cassert>

namespace s3c::sim {

Payload::Payload(Chunk chunk) {
  if (!chunk || chunk->empty()) return;
  size_bytes_ = chunk->size();
  const std::size_t size = chunk->size();
  slices_.push_back({std::move(chunk), 0, size});
}

void Payload::append(const Payload& other) {
  slices_.insert(slices_.end(), other.slices_.begin(), other.slices_.end());
  size_bytes_ += other.size_bytes_;
}

Payload Payload::range(std::uint64_t offset_bytes, std::uint64_t length_bytes) const {
  assert(offset_bytes + length_bytes <= size_bytes_);
  Payload out;
  out.size_bytes_ = length_bytes;
  for (const Slice& slice : slices_) {
    if (length_bytes == 0) break;
    if (offset_bytes >= slice.size_bytes) {
      offset_bytes -= slice.size_bytes;
      continue;
    }
    const auto skip = static_cast<std::size_t>(offset_bytes);
    const auto take =
        static_cast<std::size_t>(std::min<std::uint64_t>(slice.size_bytes - skip, length_bytes));
    out.slices_.push_back({slice.chunk, slice.offset_bytes + skip, take});
    offset_bytes = 0;
    length_bytes -= take;
  }
  return out;
}

std::string_view Payload::contiguous() const {
  assert(slices_.size() <= 1);
  return slices_.empty() ? std::string_view{} : slices_.front().view();
}

std::string Payload::to_string() const {
  std::string out;
  out.reserve(static_cast<std::size_t>(size_bytes_));
  for (const Slice& slice : slices_) out += slice.view();
  return out;
}

}  // namespace s3c::sim
