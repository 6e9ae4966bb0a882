// Reads one stretch of an object from begin to end in large ranges, and serves smaller reads from memory. So
// every byte is fetched once, however small the reads are.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace s3c::catalog {

/// One thread at a time.
class ForwardReader {
 public:
  /// Returns exactly size_bytes of the object from offset on.
  using Fetch = std::function<std::string(std::uint64_t offset, std::uint64_t size_bytes)>;

  /// The most that one fetch asks for.
  static constexpr std::uint64_t kRangeBytes = std::uint64_t{4} << 20;
  /// How far before the furthest read so far another read may begin. This is more than a ZIP's local header
  /// can take, with a name and an extra field of 65,535 bytes each.
  static constexpr std::uint64_t kLookBackBytes = std::uint64_t{256} << 10;
  /// The most that a reader holds if no single read asks for more than 1 MiB.
  static constexpr std::uint64_t kMemoryBytes = kRangeBytes + 2 * kLookBackBytes + (std::uint64_t{2} << 20);

  /// The stretch [begin_offset, end_offset) of an object of object_size_bytes.
  ForwardReader(Fetch fetch, std::uint64_t begin_offset, std::uint64_t end_offset,
                std::uint64_t object_size_bytes);

  /// Returns bytes from offset on. A few of them may lie beyond the stretch's end. Throws what fetch throws,
  /// and Error internal for a read before the stretch or further back than kLookBackBytes.
  std::string read(std::uint64_t offset, std::uint64_t size_bytes);

  /// Reads what is left of the stretch. Returns the CRC-32 of all of it.
  std::uint32_t finish();
  /// The CRC64NVME of all of it. REQUIRES: finish() was called.
  std::uint64_t crc64nvme() const { return crc64nvme_; }

 private:
  void fetch_more(std::uint64_t keep_from_offset);

  Fetch fetch_;
  const std::uint64_t end_offset_;
  const std::uint64_t limit_offset_;
  std::uint64_t window_offset_;
  std::string window_;
  std::uint32_t crc32_ = 0;
  std::uint64_t crc64nvme_ = 0;
};

}  // namespace s3c::catalog
