// Turns rows into the index. One compression makes both of its forms: the catalog's index object (one gzip
// member per block) and the volume's last ZIP entry (one DEFLATE stream). A block is raw DEFLATE that ends
// with a full flush. So it begins and ends at a byte boundary, refers to nothing before it, and can be
// wrapped either way. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "index/block.h"
#include "index/row.h"

struct z_stream_s;

namespace s3c::index {

/// A finished index. Immutable; any thread. It holds only the compressed bytes, and these once: some 50 bytes
/// per row.
struct IndexFile {
  /// The ZIP entry's data: every block, then the end of the DEFLATE stream. Hand it to
  /// zip::Writer::add_precompressed.
  std::vector<std::string> deflate_chunks;
  std::uint64_t deflate_size_bytes = 0;  ///< sum of deflate_chunks
  std::uint64_t uncompressed_size_bytes = 0;
  std::uint32_t crc32 = 0;  ///< of the uncompressed text

  std::vector<Block> blocks;  ///< with offsets in the gzip form
  std::uint64_t gz_size_bytes = 0;
  std::uint64_t rows = 0;
  std::string first_key;
  std::string last_key;

  /// Hands the index object to sink in pieces of at most one block.
  void write_gz(const std::function<void(std::string_view)>& sink) const;
  /// Returns the index object as one string.
  std::string gz_bytes() const;

  /// Appends a block. deflated: its text compressed, up to and with the full flush. first_key, rows: of the
  /// text. The fields about all rows (rows, first_key, last_key) are the caller's.
  void add_block(std::string_view deflated, std::string_view text, std::string first_key,
                 std::uint64_t block_rows);
  /// Ends the DEFLATE stream. Call once, last.
  void end_stream();

  /// What gzip puts behind a block: CRC-32 and length of its text.
  struct Tail {
    std::uint32_t crc32 = 0;
    std::uint32_t size_bytes = 0;
  };
  std::vector<Tail> tails;  ///< one per block
};

class IndexWriter {
 public:
  IndexWriter();
  ~IndexWriter();
  IndexWriter(const IndexWriter&) = delete;
  IndexWriter& operator=(const IndexWriter&) = delete;

  /// Adds a row. Rows come in strictly ascending order of key bytes. Throws Error internal when they don't,
  /// for a row longer than kMaxRowBytes, and after finish().
  void add(const Row& row);

  /// Throws Error internal when there is no row (a volume has at least one member) or when called twice.
  IndexFile finish();

  std::uint64_t rows() const { return file_.rows; }

 private:
  void end_block();

  std::unique_ptr<z_stream_s> deflate_;
  std::string text_;     // of the open block
  std::string scratch_;  // compressed form of the block being ended
  std::string block_first_key_;
  std::uint64_t block_rows_ = 0;
  bool finished_ = false;
  IndexFile file_;
};

}  // namespace s3c::index
