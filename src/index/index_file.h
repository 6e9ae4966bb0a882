// A finished index in memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/growing_bytes.h"
#include "index/block.h"
#include "index/index_reader.h"

namespace s3c::index {

/// Immutable once it is finished; then any thread. It holds only the compressed bytes, and these once: some 50
/// bytes per row.
struct IndexFile {
  base::GrowingBytes gz;      ///< the index object
  std::vector<Block> blocks;  ///< of it
  std::uint64_t uncompressed_size_bytes = 0;
  std::uint32_t crc32 = 0;  ///< of the uncompressed text
  std::uint64_t rows = 0;
  std::string first_key;
  std::string last_key;

  /// The ZIP entry's data: every block, then the end of the DEFLATE stream. Hand it to
  /// zip::Writer::add_precompressed. Valid as long as gz.
  std::vector<std::string_view> deflate_pieces() const;
  /// The sum of deflate_pieces().
  std::uint64_t deflate_size_bytes() const;
  /// All rows in key order. This file must outlive it.
  IndexCursor cursor() const;

  /// Appends a block. deflated: its text compressed, up to and with the full flush. first_key, rows: of the
  /// text. The fields about all rows (rows, first_key, last_key) are the caller's.
  void add_block(std::string_view deflated, std::string_view text, std::string first_key,
                 std::uint64_t block_rows);
};

}  // namespace s3c::index
