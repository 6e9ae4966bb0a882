// Input: an index block as it lies in the index object, one gzip member. Its rows or Error corrupt, whatever
// its length field claims; both readers (decode_block, IndexCursor) see the same rows.
#include "index/index_reader.h"
#include "tests/fuzz/fuzz_target.h"

using namespace s3c;
using base::ErrorKind;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view block = fuzz::text_of(data, size);
  const auto text = fuzz::value_of({ErrorKind::corrupt}, [&] { return index::decompress_block(block); });
  constexpr std::uint64_t kFewBytes = 1000;
  const auto little =
      fuzz::value_of({ErrorKind::corrupt}, [&] { return index::decompress_block(block, kFewBytes); });
  require(little.has_value() == (text && text->size() <= kFewBytes), "the caller's limit holds");
  const auto rows = fuzz::value_of({ErrorKind::corrupt}, [&] { return index::decode_block(block); });
  if (!rows) return 0;
  require(text && !rows->empty(), "rows come out of a text");

  index::IndexCursor cursor(
      [&](std::uint64_t offset, std::uint64_t size_bytes) {
        return std::string(block.substr(offset, size_bytes));
      },
      {index::Block{.first_key = rows->front().key,
                    .offset_bytes = 0,
                    .length_bytes = block.size(),
                    .rows = rows->size()}});
  for (const index::Row& row : *rows) require(cursor.next() == row, "the cursor gives the block's rows");
  require(!cursor.next(), "the cursor ends with the block");
  return 0;
}
