// A block is the part of the index that a reader reads at a time: up to 4,096 rows in one gzip member. The
// manifest lists the blocks. Any thread.
#pragma once

#include <cstdint>
#include <string>

namespace s3c::index {

inline constexpr std::uint64_t kRowsPerBlock = 4096;
/// A block also ends once it has this much text, so that a reader knows how much it may have to hold.
inline constexpr std::uint64_t kBlockTextBytes = std::uint64_t{16} << 20;
/// No row is longer than this. S3 limits a key to 1 KiB, metadata to 2 KiB, all headers to 8 KiB and tags to
/// 15 KiB, and a byte becomes at most 6 characters of JSON.
inline constexpr std::uint64_t kMaxRowBytes = std::uint64_t{256} << 10;
/// No block that IndexWriter made has more text than this.
inline constexpr std::uint64_t kMaxBlockTextBytes = kBlockTextBytes + kMaxRowBytes;

/// No block that IndexWriter made has more bytes than this. DEFLATE stores what it can't shrink, with 5 bytes
/// more for each piece of 16 KiB or longer. The gzip wrapping takes 20 bytes.
inline constexpr std::uint64_t kMaxBlockBytes = kMaxBlockTextBytes + kMaxBlockTextBytes / 1024 + 64;

struct Block {
  std::string first_key;
  std::uint64_t offset_bytes = 0;  ///< in the index object
  std::uint64_t length_bytes = 0;
  std::uint64_t rows = 0;
  /// SHA-256 of the block's bytes, 64 lower-case hex digits, so that a block that is read alone can be
  /// checked. Empty: the manifest was written before this field, and has only the SHA-256 of the whole index.
  std::string sha256 = {};

  bool operator==(const Block&) const = default;
};

}  // namespace s3c::index
