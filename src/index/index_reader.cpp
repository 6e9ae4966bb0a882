#include "index/index_reader.h"

#include <fmt/format.h>
#include <libdeflate.h>

#include <algorithm>
#include <memory>
#include <new>

#include "base/bytes.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "index/failure.h"
#include "index/gzip.h"
#include "index/row_readers.h"

namespace s3c::index {
namespace {

/// Returns the next line of text from position on, without its newline. Moves position behind the newline.
std::string_view take_line(std::string_view text, std::size_t& position) {
  const std::size_t newline = text.find('\n', position);
  const std::string_view line = text.substr(position, newline - position);
  position = newline + 1;  // decompress_block has checked that there is one
  return line;
}

void expect_ascending(std::string_view last, std::string_view key) {
  if (key <= last)
    throw corrupt(fmt::format("key {} comes after {}", base::printable(key), base::printable(last)));
}

}  // namespace

std::string decompress_block(std::string_view block, std::uint64_t max_text_bytes) {
  if (block.size() < kGzipBytes || !block.starts_with(kGzipHeader)) throw corrupt("not an index block");
  const std::string_view tail = block.substr(block.size() - 8);
  const std::uint64_t size = base::load_le<std::uint32_t>(tail, 4);
  if (size > max_text_bytes)
    throw corrupt(fmt::format("block of {} bytes, at most {} are allowed", size, max_text_bytes));
  // DEFLATE expands by 1,032 at most. So a false length can't make us take memory that the block can't fill.
  if (size / 1032 > block.size()) throw corrupt("block is too short for its length");
  std::string text(size, '\0');

  const std::string_view data = block.substr(kGzipHeader.size(), block.size() - kGzipHeader.size() - 8);
  const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> decompressor(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  if (!decompressor) throw std::bad_alloc();
  std::size_t used = 0;
  std::size_t produced = 0;
  const libdeflate_result result = libdeflate_deflate_decompress_ex(
      decompressor.get(), data.data(), data.size(), text.data(), text.size(), &used, &produced);
  if (result != LIBDEFLATE_SUCCESS || used != data.size() || produced != text.size())
    throw corrupt("block does not decompress to its length");
  if (base::crc32(text) != base::load_le<std::uint32_t>(tail, 0)) throw corrupt("block has another CRC-32");
  if (!text.ends_with('\n')) throw corrupt("block does not end with a newline");
  return text;
}

std::vector<Row> decode_block(std::string_view block, std::uint64_t max_text_bytes) {
  const std::string text = decompress_block(block, max_text_bytes);
  const auto lines = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
  if (lines > kRowsPerBlock) throw corrupt(fmt::format("block of more than {} rows", kRowsPerBlock));
  std::vector<Row> rows;
  rows.reserve(lines);
  for (std::size_t position = 0; position < text.size();) {
    Row& row = rows.emplace_back();
    read_json_line(take_line(text, position), row);
    if (rows.size() > 1) expect_ascending(rows[rows.size() - 2].key, row.key);
  }
  return rows;
}

WantedRows decode_wanted(const Block& listed, std::string_view bytes, const Wants& wants) {
  const auto expect_listed = [&listed](bool is_as_listed) {
    if (is_as_listed) return;
    throw corrupt(fmt::format("the block at {} is not the one that the manifest lists", listed.offset_bytes));
  };
  if (!wants) {
    std::vector<Row> rows = decode_block(bytes);
    expect_listed(!rows.empty() && rows.size() == listed.rows && rows.front().key == listed.first_key);
    std::string last_key = rows.back().key;
    return {std::move(rows), std::move(last_key)};
  }
  const std::string text = decompress_block(bytes);
  std::vector<Row> rows;
  std::uint64_t lines = 0;
  std::string last_key;
  std::string key;
  for (std::size_t position = 0; position < text.size(); ++lines) {
    const std::string_view line = take_line(text, position);
    const std::optional<std::string_view> written = read_written_key(line);
    key = written ? *written : parse_json_line(line).key;
    if (lines == 0) expect_listed(key == listed.first_key);
    expect_ascending(last_key, key);
    if (wants(key)) read_json_line(line, rows.emplace_back());
    std::swap(last_key, key);
  }
  expect_listed(lines == listed.rows);
  return {std::move(rows), std::move(last_key)};
}

void expect_block(const Block& block, std::string_view bytes) {
  if (bytes.size() != block.length_bytes)
    throw corrupt(fmt::format("the block at {} is cut off", block.offset_bytes));
  if (!block.sha256.empty() && base::to_hex(base::sha256(bytes)) != block.sha256)
    throw corrupt(
        fmt::format("the block at {} has another SHA-256 than the manifest says: the index was "
                    "replaced or damaged",
                    block.offset_bytes));
}

std::optional<std::size_t> find_block(const std::vector<Block>& blocks, std::string_view key) {
  const auto after =
      std::upper_bound(blocks.begin(), blocks.end(), key,
                       [](std::string_view k, const Block& block) { return k < block.first_key; });
  if (after == blocks.begin()) return std::nullopt;
  return static_cast<std::size_t>(after - blocks.begin() - 1);
}

IndexCursor::IndexCursor(ReadRange read_range, std::vector<Block> blocks, std::uint64_t max_text_bytes)
    : read_range_(std::move(read_range)), blocks_(std::move(blocks)), max_text_bytes_(max_text_bytes) {}

void IndexCursor::load(std::size_t block) {
  const Block& wanted = blocks_[block];
  const std::string bytes = read_range_(wanted.offset_bytes, wanted.length_bytes);
  if (bytes.size() != wanted.length_bytes) throw corrupt(fmt::format("block {} is cut off", block));
  text_ = decompress_block(bytes, max_text_bytes_);
  const auto rows = static_cast<std::uint64_t>(std::count(text_.begin(), text_.end(), '\n'));
  if (rows != wanted.rows)
    throw corrupt(fmt::format("block {} has {} rows, {} are listed", block, rows, wanted.rows));
  position_ = 0;
  next_block_ = block + 1;
}

std::optional<Row> IndexCursor::next() {
  if (pending_) return std::exchange(pending_, std::nullopt);
  while (position_ == text_.size()) {
    if (next_block_ == blocks_.size()) return std::nullopt;
    load(next_block_);
  }
  const bool first_in_block = position_ == 0;
  std::optional<Row> row(std::in_place);
  read_json_line(take_line(text_, position_), *row);
  if (first_in_block && row->key != blocks_[next_block_ - 1].first_key) {
    throw corrupt(fmt::format("block {} starts with another key than listed", next_block_ - 1));
  }
  if (last_key_) expect_ascending(*last_key_, row->key);
  last_key_ = row->key;
  return row;
}

void IndexCursor::seek(std::string_view key) {
  pending_.reset();
  last_key_.reset();
  text_.clear();
  position_ = 0;
  next_block_ = find_block(blocks_, key).value_or(0);
  std::optional<Row> row = next();
  while (row && row->key < key) row = next();
  pending_ = std::move(row);
}

void RowSplitter::write(std::string_view bytes) {
  for (;;) {
    const std::size_t newline = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, newline);
    if (rest_.size() + piece.size() > kMaxRowBytes) throw corrupt("a row is too long");
    if (newline == std::string_view::npos) {
      rest_.append(piece);
      return;
    }
    if (rest_.empty()) {
      take_line(piece);
    } else {
      rest_.append(piece);
      take_line(rest_);
      rest_.clear();
    }
    bytes.remove_prefix(newline + 1);
  }
}

void RowSplitter::take_line(std::string_view line) {
  Row row = parse_json_line(line);
  if (last_key_) expect_ascending(*last_key_, row.key);
  last_key_ = row.key;
  visit_(std::move(row));
}

void RowSplitter::finish() {
  if (!rest_.empty()) throw corrupt("the last row is cut off");
}

}  // namespace s3c::index
