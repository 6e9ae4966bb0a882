#include "index/index_copy.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

#include "index/block.h"
#include "index/failure.h"
#include "index/gzip.h"

namespace s3c::index {
namespace {

constexpr std::size_t kInflatedBytes = std::size_t{256} << 10;
/// What a full flush ends with: the length of an empty stored block, and its complement.
constexpr std::string_view kFlushed{"\x00\x00\xff\xff", 4};

}  // namespace

IndexCopy::IndexCopy(std::function<void(const Row&)> visit)
    : inflate_(std::make_unique<z_stream>()),
      output_(new char[kInflatedBytes]),
      visit_(std::move(visit)),
      rows_([this](const Row& row) { take_row(row); }) {
  if (inflateInit2(inflate_.get(), kRawDeflate) != Z_OK) throw std::bad_alloc();
}

IndexCopy::~IndexCopy() {
  inflateEnd(inflate_.get());
}

void IndexCopy::take_row(const Row& row) {
  ++rows_seen_;
  if (file_.rows == 0) file_.first_key = row.key;
  if (block_rows_ == 0) block_first_key_ = row.key;
  file_.last_key = row.key;
  ++file_.rows;
  ++block_rows_;
  visit_(row);
}

void IndexCopy::write(std::string_view deflated) {
  constexpr std::size_t kMaxPiece = std::numeric_limits<uInt>::max();
  for (; !deflated.empty(); deflated.remove_prefix(std::min(deflated.size(), kMaxPiece))) {
    const std::string_view piece = deflated.substr(0, kMaxPiece);
    inflate_->next_in =
        reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));  // zlib doesn't write to it
    inflate_->avail_in = static_cast<uInt>(piece.size());
    while (inflate_some()) {
    }
  }
}

/// Inflates up to the end of a DEFLATE block, of the input or of the output's room. False: there is nothing left to
/// do with this input.
bool IndexCopy::inflate_some() {
  if (stream_ended_ && inflate_->avail_in > 0) throw corrupt("data behind the end of the index");
  if (stream_ended_) return false;
  const auto* const begin = reinterpret_cast<const char*>(inflate_->next_in);
  inflate_->next_out = reinterpret_cast<Bytef*>(output_.get());
  inflate_->avail_out = kInflatedBytes;
  const int result = inflate(inflate_.get(), Z_BLOCK);
  if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
    throw corrupt("the index is no DEFLATE stream");
  stream_ended_ = result == Z_STREAM_END;
  const std::string_view text(output_.get(), kInflatedBytes - inflate_->avail_out);
  rows_.write(text);
  if (!in_blocks_) return result != Z_BUF_ERROR;
  deflated_.append(begin, reinterpret_cast<const char*>(inflate_->next_in));
  text_.append(text);
  if (text_.size() > kMaxBlockTextBytes || block_rows_ > kRowsPerBlock) {
    give_up();
  } else {
    end_block_if_full();
  }
  return result != Z_BUF_ERROR;
}

void IndexCopy::give_up() {
  in_blocks_ = false;
  file_ = {};
  deflated_ = {};
  text_ = {};
}

/// A block of the index ends where a DEFLATE block ends with a full flush: at a byte's begin, and behind these
/// four bytes.
void IndexCopy::end_block_if_full() {
  const auto state = static_cast<unsigned>(inflate_->data_type);  // zlib.h, inflate(): bits 0 to 2 and 7
  const bool is_between_blocks = (state & 128U) != 0 && (state & 7U) == 0;
  if (!is_between_blocks || !deflated_.ends_with(kFlushed) || !text_.ends_with('\n')) return;
  if (block_rows_ == kRowsPerBlock || text_.size() >= kBlockTextBytes) end_block(deflated_);
}

void IndexCopy::end_block(std::string_view deflated) {
  file_.add_block(deflated, text_, std::exchange(block_first_key_, {}), std::exchange(block_rows_, 0));
  deflated_.clear();
  text_.clear();
}

std::optional<IndexFile> IndexCopy::finish() {
  if (!stream_ended_) throw corrupt("the index is cut off");
  rows_.finish();
  if (rows_seen_ == 0) throw corrupt("the index has no rows");
  if (!in_blocks_ || !deflated_.ends_with(kDeflateEnd)) return std::nullopt;
  const std::string last = deflated_.substr(0, deflated_.size() - kDeflateEnd.size());
  const bool is_whole = text_.empty() ? last.empty() : last.ends_with(kFlushed);
  if (!is_whole) return std::nullopt;
  if (!text_.empty()) end_block(last);
  return std::move(file_);
}

}  // namespace s3c::index
