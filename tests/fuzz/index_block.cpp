// Input: an index block as it lies in the index object, one gzip member. Its rows or Error corrupt, whatever
// its length field claims; both readers (decode_block, IndexCursor) see the same rows. Its DEFLATE stream
// is also taken for a volume's last entry: what IndexCopy makes of it is that block again.
#include "index/gzip.h"
#include "index/index_copy.h"
#include "index/index_reader.h"
#include "tests/fuzz/fuzz_target.h"

using namespace s3c;
using base::ErrorKind;
using fuzz::require;

namespace {

/// nullopt: it isn't whole, or not in blocks.
std::optional<index::IndexFile> copied_from(std::string_view stream) {
  auto copied = fuzz::value_of({ErrorKind::corrupt}, [stream] {
    index::IndexCopy copy([](const index::Row&) {});
    for (std::size_t at = 0; at < stream.size(); at += 100) copy.write(stream.substr(at, 100));
    return copy.finish();
  });
  return copied ? *std::move(copied) : std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view block = fuzz::text_of(data, size);
  const auto text = fuzz::value_of({ErrorKind::corrupt}, [&] { return index::decompress_block(block); });
  constexpr std::uint64_t kFewBytes = 1000;
  const auto little =
      fuzz::value_of({ErrorKind::corrupt}, [&] { return index::decompress_block(block, kFewBytes); });
  require(little.has_value() == (text && text->size() <= kFewBytes), "the caller's limit holds");
  const auto rows = fuzz::value_of({ErrorKind::corrupt}, [&] { return index::decode_block(block); });
  std::string_view stream = block.substr(std::min(block.size(), index::kGzipHeader.size()));
  stream.remove_suffix(std::min<std::size_t>(stream.size(), 8));
  const std::optional<index::IndexFile> copied = copied_from(stream);
  if (!rows) return 0;
  require(text && !rows->empty(), "rows come out of a text");
  require(!copied || copied->gz.view() == block, "the copy of a block is that block");

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
