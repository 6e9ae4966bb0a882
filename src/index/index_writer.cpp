#include "index/index_writer.h"

#include <fmt/format.h>
#include <zlib.h>

#include <new>
#include <utility>

#include "base/encoding.h"
#include "index/failure.h"
#include "index/gzip.h"

namespace s3c::index {
namespace {

/// Of zlib. Level 6 takes a third longer, and its index is 0.2 % smaller.
constexpr int kLevel = 5;
constexpr int kMemLevel = 8;

}  // namespace

IndexWriter::IndexWriter() : deflate_(std::make_unique<z_stream>()) {
  if (deflateInit2(deflate_.get(), kLevel, Z_DEFLATED, kRawDeflate, kMemLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
}

IndexWriter::~IndexWriter() {
  deflateEnd(deflate_.get());
}

void IndexWriter::add(const Row& row) {
  if (finished_) throw internal("the index is already finished");
  if (file_.rows > 0 && row.key <= file_.last_key) {
    throw internal(
        fmt::format("key {} comes after {}", base::printable(row.key), base::printable(file_.last_key)));
  }
  const std::size_t before = text_.size();
  append_json_line(text_, row);
  if (text_.size() - before > kMaxRowBytes) {
    text_.resize(before);
    throw internal(fmt::format("the row of {} is too long", base::printable(row.key)));
  }
  if (file_.rows == 0) file_.first_key = row.key;
  if (block_rows_ == 0) block_first_key_ = row.key;
  file_.last_key = row.key;
  ++file_.rows;
  ++block_rows_;
  if (block_rows_ == kRowsPerBlock || text_.size() >= kBlockTextBytes) end_block();
}

void IndexWriter::end_block() {
  z_stream& stream = *deflate_;
  deflateReset(&stream);
  stream.next_in = reinterpret_cast<Bytef*>(text_.data());
  stream.avail_in = static_cast<uInt>(text_.size());
  // deflateBound assumes Z_FINISH. A full flush ends with an empty stored block instead, of at most 6 bytes.
  scratch_.resize(deflateBound(&stream, stream.avail_in) + 16);
  stream.next_out = reinterpret_cast<Bytef*>(scratch_.data());
  stream.avail_out = static_cast<uInt>(scratch_.size());
  if (deflate(&stream, Z_FULL_FLUSH) != Z_OK || stream.avail_in != 0 || stream.avail_out == 0) {
    throw internal("zlib did not take a whole block");
  }
  file_.add_block(std::string_view(scratch_).substr(0, scratch_.size() - stream.avail_out), text_,
                  std::move(block_first_key_), block_rows_);
  text_.clear();
  block_rows_ = 0;
}

IndexFile IndexWriter::finish() {
  if (finished_) throw internal("the index is already finished");
  if (file_.rows == 0) throw internal("an index without rows");
  if (block_rows_ > 0) end_block();
  finished_ = true;
  return std::move(file_);
}

}  // namespace s3c::index
