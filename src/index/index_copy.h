// Takes the index back out of a volume: the DEFLATE stream of its last entry becomes the index file that it was
// made from, byte for byte. Nothing is compressed again. Another zlib than the one that archived would make other
// bytes of the same rows, and then the manifest or the index that is still there would not fit. One thread at a
// time. Source: docs/format.md, "Blocks".
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "index/index_file.h"
#include "index/index_reader.h"

struct z_stream_s;

namespace s3c::index {

class IndexCopy {
 public:
  /// visit: called with each row, in order.
  explicit IndexCopy(std::function<void(const Row&)> visit);
  ~IndexCopy();
  IndexCopy(const IndexCopy&) = delete;
  IndexCopy& operator=(const IndexCopy&) = delete;

  /// Takes the next piece of the stream, of any size. Throws Error corrupt for what is no DEFLATE, and for rows
  /// as RowSplitter does; what visit throws passes through. Holds the text of one block beside the compressed
  /// bytes.
  void write(std::string_view deflated);
  /// nullopt: the stream is whole, but it isn't in blocks as IndexWriter makes them. Throws Error corrupt when it is cut
  /// off or has no row.
  std::optional<IndexFile> finish();

 private:
  void take_row(const Row& row);
  bool inflate_some();
  void end_block_if_full();
  void end_block(std::string_view deflated);
  void give_up();

  std::unique_ptr<z_stream_s> inflate_;
  std::unique_ptr<char[]> output_;
  std::function<void(const Row&)> visit_;
  RowSplitter rows_;
  std::string deflated_;  // of the open block
  std::string text_;      // of the open block
  std::string block_first_key_;
  std::uint64_t block_rows_ = 0;
  std::uint64_t rows_seen_ = 0;
  bool stream_ended_ = false;
  bool in_blocks_ = true;  ///< as far as is known
  IndexFile file_;
};

}  // namespace s3c::index
