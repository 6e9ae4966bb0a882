// Turns rows into the index. One compression makes both of its forms: the catalog's index object (one gzip
// member per block) and the volume's last ZIP entry (one DEFLATE stream). A block is raw DEFLATE that ends
// with a full flush. So it begins and ends at a byte boundary, refers to nothing before it, and can be
// wrapped either way. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "index/index_file.h"
#include "index/row.h"

struct z_stream_s;

namespace s3c::index {

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
