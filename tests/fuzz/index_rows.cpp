// Input: the text of an index. RowSplitter (whatever pieces the text comes in), decode_block and IndexCursor
// give the same rows, or all say Error corrupt; of them decode_wanted gives the wanted ones; a row that was read can be written and reads back the same. And
// each line gives what the parser of any JSON makes of it, to the word.
#include "base/bytes.h"
#include "base/hash.h"
#include "index/gzip.h"
#include "index/index_reader.h"
#include "index/row_readers.h"
#include "tests/fuzz/fuzz_target.h"

using namespace s3c;
using base::ErrorKind;
using fuzz::require;

namespace {

/// A block whose DEFLATE data is text, stored: so that any text gets past the checks of gzip.
std::string block_of(std::string_view text) {
  std::string block(index::kGzipHeader);
  const auto size = static_cast<std::uint16_t>(text.size());
  block.push_back(0);
  base::append_le(block, size);
  base::append_le(block, static_cast<std::uint16_t>(~size));
  block.append(text).append(index::kDeflateEnd);
  base::append_le(block, base::crc32(text));
  base::append_le(block, std::uint32_t{size});
  return block;
}

std::optional<std::vector<index::Row>> split_rows(std::string_view text, std::size_t step) {
  std::vector<index::Row> rows;
  const auto read = fuzz::value_of({ErrorKind::corrupt}, [&] {
    index::RowSplitter splitter([&](index::Row row) { rows.push_back(std::move(row)); });
    for (std::string_view rest = text; !rest.empty(); rest.remove_prefix(std::min(step, rest.size())))
      splitter.write(rest.substr(0, step));
    splitter.finish();
  });
  if (!read) return std::nullopt;
  return rows;
}

/// The row as it is written, or the message of Error corrupt.
std::string outcome(index::Row (*read)(std::string_view), std::string_view line) {
  std::string text;
  try {
    index::append_json_line(text, read(line));
  } catch (const base::Error& error) {
    require(error.kind() == ErrorKind::corrupt, "an Error is of a documented kind");
    return error.message();
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  if (text.empty() || text.size() > UINT16_MAX) return 0;
  for (const std::string& line : fuzz::split(text, '\n'))
    require(outcome(index::parse_json_line, line) == outcome(index::parse_any_json_line, line),
            "the fast reader of a line changes nothing");
  const std::string block = block_of(text);
  const auto rows = fuzz::value_of({ErrorKind::corrupt}, [&] { return index::decode_block(block); });
  require(split_rows(text, text.size()) == rows, "the splitter gives the block's rows");
  require(split_rows(text, 7) == rows, "the splitter gives the same rows from pieces");
  if (!rows) return 0;
  const index::Block listed{
      .first_key = rows->front().key, .offset_bytes = 0, .length_bytes = block.size(), .rows = rows->size()};
  const auto wants = [](const std::string& key) { return key.size() % 2 == 0; };
  std::vector<index::Row> wanted = *rows;
  std::erase_if(wanted, [&](const index::Row& row) { return !wants(row.key); });
  require(index::decode_wanted(listed, block, wants).rows == wanted, "wanted rows are the block's");
  index::IndexCursor cursor([&](std::uint64_t, std::uint64_t) { return block; }, {listed});
  for (const index::Row& row : *rows) {
    require(cursor.next() == row, "the cursor gives the block's rows");
    std::string line;
    index::append_json_line(line, row);
    require(index::parse_json_line(line) == row, "a row that was read reads back the same");
  }
  const index::Row& some = (*rows)[rows->size() / 2];
  cursor.seek(some.key);
  require(cursor.next() == some, "seek finds a row by its key");
  cursor.seek(rows->back().key);
  require(cursor.next() == rows->back() && !cursor.next(), "seek finds the last row");
  return 0;
}
