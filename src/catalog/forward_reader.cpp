#include "catalog/forward_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/crc.h"
#include "base/error.h"
#include "base/hash.h"

namespace s3c::catalog {
namespace {

/// How much is fetched beyond the end of a stretch. A reader of headers asks for a few bytes more than there
/// may be, and that must not cost a request.
constexpr std::uint64_t kSlackBytes = 256;

}  // namespace

ForwardReader::ForwardReader(Fetch fetch, std::uint64_t begin_offset, std::uint64_t end_offset,
                             std::uint64_t object_size_bytes)
    : fetch_(std::move(fetch)),
      end_offset_(end_offset),
      limit_offset_(std::min(end_offset + kSlackBytes, object_size_bytes)),
      window_offset_(begin_offset) {}

std::string ForwardReader::read(std::uint64_t offset, std::uint64_t size_bytes) {
  if (offset < window_offset_) {
    throw base::Error(base::ErrorKind::internal,
                      fmt::format("a read at {} behind what is kept, from {} on", offset, window_offset_));
  }
  while (window_offset_ + window_.size() < std::min(offset + size_bytes, limit_offset_)) fetch_more(offset);
  const std::uint64_t begin = std::min<std::uint64_t>(offset - window_offset_, window_.size());
  std::string bytes = window_.substr(begin, size_bytes);
  // Far beyond the stretch: only a header with false lengths asks for that.
  if (bytes.size() < size_bytes) bytes += fetch_(offset + bytes.size(), size_bytes - bytes.size());
  return bytes;
}

std::uint32_t ForwardReader::finish() {
  while (window_offset_ + window_.size() < end_offset_) fetch_more(end_offset_);
  return crc32_;
}

void ForwardReader::fetch_more(std::uint64_t keep_from_offset) {
  const std::uint64_t from = window_offset_ + window_.size();
  const std::uint64_t keep_from = std::min(from, keep_from_offset);
  if (keep_from > window_offset_ + kLookBackBytes) {
    window_.erase(0, keep_from - kLookBackBytes - window_offset_);
    window_offset_ = keep_from - kLookBackBytes;
  }
  const std::string bytes = fetch_(from, std::min(kRangeBytes, limit_offset_ - from));
  if (from < end_offset_) {
    const std::string_view of_stretch = std::string_view(bytes).substr(0, end_offset_ - from);
    crc32_ = base::crc32(of_stretch, crc32_);
    crc64nvme_ = base::crc64nvme(of_stretch, crc64nvme_);
  }
  window_ += bytes;
}

}  // namespace s3c::catalog
