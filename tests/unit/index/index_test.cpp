// What IndexWriter writes, in both its forms, and what the readers make of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <memory>
#include <random>

#include "base/bytes.h"
#include "base/hash.h"
#include "index/gzip.h"
#include "index/index_reader.h"
#include "tests/unit/index/sample_rows.h"

namespace s3c::index {
namespace {

using testing::error_message;
using testing::sample_index;
using testing::sample_row;

/// Everything zlib makes of bytes. window_bits: -15 raw DEFLATE (one stream, to its last byte), 31 gzip
/// (members).
std::string zlib_inflate(const std::string& bytes, int window_bits) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, window_bits), Z_OK);
  std::string out;
  std::string buffer(1 << 16, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  int result = Z_OK;
  while (result == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = static_cast<uInt>(buffer.size());
    result = inflate(&stream, Z_NO_FLUSH);
    out.append(buffer, 0, buffer.size() - stream.avail_out);
    if (result == Z_STREAM_END && stream.avail_in > 0 && window_bits > 15) result = inflateReset(&stream);
  }
  EXPECT_EQ(result, Z_STREAM_END);
  EXPECT_EQ(stream.avail_in, 0u);
  inflateEnd(&stream);
  return out;
}

std::string text_of(std::uint64_t rows) {
  std::string text;
  for (std::uint64_t i = 0; i < rows; ++i) append_json_line(text, sample_row(i));
  return text;
}

/// A block of any text, which DEFLATE stores.
std::string block_of(const std::string& text) {
  std::string block(kGzipHeader);
  block.push_back('\0');
  base::append_le(block, static_cast<std::uint16_t>(text.size()));
  base::append_le(block, static_cast<std::uint16_t>(~text.size()));
  block.append(text).append(kDeflateEnd);
  base::append_le(block, base::crc32(text));
  base::append_le(block, static_cast<std::uint32_t>(text.size()));
  return block;
}

/// The bytes must outlive it.
IndexCursor::ReadRange range_of(std::string_view bytes) {
  return
      [bytes](std::uint64_t offset, std::uint64_t size) { return std::string(bytes.substr(offset, size)); };
}

/// The row of key in gz, the bytes of an index with these blocks.
std::optional<Row> find_row(const std::vector<Block>& blocks, std::string_view gz, std::string_view key) {
  IndexCursor cursor(range_of(gz), blocks);
  cursor.seek(key);
  std::optional<Row> row = cursor.next();
  return row && row->key == key ? row : std::nullopt;
}

class IndexFormsTest : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(IndexFormsTest, BothFormsHoldTheSameText) {
  const IndexFile file = sample_index(GetParam());
  const std::string text = text_of(GetParam());
  const std::string gz(file.gz.view());
  EXPECT_EQ(gz.size(), file.blocks.back().offset_bytes + file.blocks.back().length_bytes);
  EXPECT_EQ(zlib_inflate(gz, 31), text);

  std::string raw;
  for (const std::string_view piece : file.deflate_pieces()) raw += piece;
  EXPECT_EQ(raw.size(), file.deflate_size_bytes());
  EXPECT_EQ(zlib_inflate(raw, -15), text);
  EXPECT_EQ(file.crc32, base::crc32(text));
  EXPECT_EQ(file.uncompressed_size_bytes, text.size());

  EXPECT_EQ(file.rows, GetParam());
  EXPECT_EQ(file.first_key, sample_row(0).key);
  EXPECT_EQ(file.last_key, sample_row(GetParam() - 1).key);
  EXPECT_EQ(file.blocks.size(), (GetParam() + kRowsPerBlock - 1) / kRowsPerBlock);
}

TEST_P(IndexFormsTest, BlocksReadOnTheirOwn) {
  const IndexFile file = sample_index(GetParam());
  const std::string gz(file.gz.view());
  std::uint64_t i = 0;
  for (const Block& block : file.blocks) {
    const std::vector<Row> rows = decode_block(gz.substr(block.offset_bytes, block.length_bytes));
    EXPECT_EQ(rows.size(), block.rows);
    EXPECT_EQ(rows[0].key, block.first_key);
    for (const Row& row : rows) ASSERT_EQ(row, sample_row(i++));
  }
  EXPECT_EQ(i, GetParam());
}

TEST_P(IndexFormsTest, WantedRowsAreThoseOfTheBlock) {
  const IndexFile file = sample_index(GetParam());
  const std::string gz(file.gz.view());
  for (const Block& block : file.blocks) {
    const std::string bytes = gz.substr(block.offset_bytes, block.length_bytes);
    const std::vector<Row> rows = decode_block(bytes);
    EXPECT_EQ(decode_wanted(block, bytes, {}).rows, rows);
    EXPECT_EQ(decode_wanted(block, bytes, [](const std::string&) { return true; }).rows, rows);
    const auto wants = [](const std::string& key) { return key.back() % 3 == 0; };
    std::vector<Row> expected = rows;
    std::erase_if(expected, [&](const Row& row) { return !wants(row.key); });
    EXPECT_EQ(decode_wanted(block, bytes, wants).rows, expected);
  }
}

INSTANTIATE_TEST_SUITE_P(AroundBlockEnds, IndexFormsTest,
                         ::testing::Values(1, kRowsPerBlock - 1, kRowsPerBlock, kRowsPerBlock + 1, 10'000));

TEST(IndexWriterTest, RefusesKeysOutOfOrder) {
  IndexWriter writer;
  writer.add(sample_row(5));
  EXPECT_NE(error_message([&] { writer.add(sample_row(4)); }, base::ErrorKind::internal), "");
  EXPECT_NE(error_message([&] { writer.add(sample_row(5)); }, base::ErrorKind::internal), "");
  writer.add(sample_row(6));
  EXPECT_EQ(writer.finish().rows, 2u);
  EXPECT_NE(error_message([&] { writer.add(sample_row(7)); }, base::ErrorKind::internal), "");
  EXPECT_NE(error_message([&] { writer.finish(); }, base::ErrorKind::internal), "");
}

TEST(WantedRowsTest, ABlockThatIsNotAsListedIsRefused) {
  const IndexFile file = sample_index(10);
  const std::string bytes(file.gz.view());
  for (const Wants& wants : {Wants(), Wants([](const std::string&) { return false; })}) {
    EXPECT_EQ(error_message([&] { decode_wanted(file.blocks[0], bytes, wants); }), "");
    for (const std::uint64_t rows : {9u, 11u}) {
      Block other = file.blocks[0];
      other.rows = rows;
      EXPECT_EQ(error_message([&] { decode_wanted(other, bytes, wants); }),
                "the block at 0 is not the one that the manifest lists");
    }
    Block other = file.blocks[0];
    other.first_key += "x";
    EXPECT_EQ(error_message([&] { decode_wanted(other, bytes, wants); }),
              "the block at 0 is not the one that the manifest lists");
  }
}

/// Of a row that isn't wanted only the key is read, but a line without a key is never passed over.
TEST(WantedRowsTest, KeysThatAreWrongAreFoundWhateverIsWanted) {
  const auto decode = [](const std::string& text, const Wants& wants) {
    Block listed;
    listed.first_key = "a";
    listed.rows = 2;
    return error_message([&] { decode_wanted(listed, block_of(text), wants); });
  };
  const auto none = [](const std::string&) { return false; };
  Row row = sample_row(1);
  std::string a;
  std::string b;
  row.key = "a";
  append_json_line(a, row);
  row.key = "b";
  append_json_line(b, row);
  EXPECT_EQ(decode(a + b, none), "");
  EXPECT_NE(decode(a + a, none), "");
  EXPECT_NE(decode(b + a, none), "");
  EXPECT_NE(decode(a + "{\"size\":1}\n", none), "");
  EXPECT_EQ(decode(a + "{\"key\":\"b\"}\n", none), "") << "it isn't read, so nobody is misled by it";
  EXPECT_NE(decode(a + "{\"key\":\"b\"}\n", [](const std::string& key) { return key == "b"; }), "");
}

TEST(IndexWriterTest, KeysAreInOrderOfTheirBytes) {
  IndexWriter writer;
  for (const char* key : {"A", "Z", "a", "z", "\xc3\xa4", "\xef\xbf\xbd", "\xf0\x9f\x98\x80", "\xff"}) {
    Row row = sample_row(0);
    row.key = key;
    writer.add(row);
  }
  const IndexFile file = writer.finish();
  EXPECT_EQ(decode_block(file.gz.view()).size(), 8u);
  EXPECT_EQ(find_row(file.blocks, file.gz.view(), "\xff").value().key, "\xff");
}

TEST(IndexWriterTest, RefusesAnEmptyIndexAndEndlessRows) {
  IndexWriter writer;
  Row row = sample_row(0);
  row.metadata["m"] = std::string(kMaxRowBytes, 'x');
  EXPECT_NE(error_message([&] { writer.add(row); }, base::ErrorKind::internal), "");
  EXPECT_NE(error_message([&] { writer.finish(); }, base::ErrorKind::internal), "");
}

TEST(IndexWriterTest, LongRowsEndABlockEarly) {
  IndexWriter writer;
  constexpr std::uint64_t kRows = 100;
  for (std::uint64_t i = 0; i < kRows; ++i) {
    Row row = sample_row(i);
    row.metadata["m"] = std::string(kMaxRowBytes - 1000, static_cast<char>('a' + i % 26));
    writer.add(row);
  }
  const IndexFile file = writer.finish();
  EXPECT_GT(file.blocks.size(), 1u);
  const std::string gz(file.gz.view());
  IndexCursor cursor(range_of(gz), file.blocks);
  std::uint64_t rows = 0;
  while (cursor.next()) ++rows;
  EXPECT_EQ(rows, kRows);
}

TEST(IndexWriterTest, ARowTakesFewBytes) {
  const IndexFile file = sample_index(50'000);
  RecordProperty("bytes_per_row", std::to_string(file.gz.size() / file.rows));
  EXPECT_LT(file.gz.size() / file.rows, 64u);
}

TEST(IndexReaderTest, EveryKeyIsFoundThroughItsBlock) {
  const IndexFile file = sample_index(10'000);
  const std::string gz(file.gz.view());
  EXPECT_EQ(find_block(file.blocks, ""), std::nullopt);
  EXPECT_EQ(find_block(file.blocks, "sources"), std::nullopt);
  EXPECT_EQ(find_block({}, "a"), std::nullopt);
  EXPECT_EQ(find_block(file.blocks, "zzz"), 2u);
  for (const std::uint64_t i : {0ul, 1ul, 4095ul, 4096ul, 4097ul, 8191ul, 8192ul, 9998ul, 9999ul}) {
    const std::size_t block = find_block(file.blocks, sample_row(i).key).value();
    EXPECT_EQ(block, i / kRowsPerBlock);
    EXPECT_EQ(find_row(file.blocks, gz, sample_row(i).key), sample_row(i));
    EXPECT_EQ(find_row(file.blocks, gz, sample_row(i).key + "x"), std::nullopt);
    EXPECT_EQ(find_row(file.blocks, gz, ""), std::nullopt);
    EXPECT_EQ(find_row(file.blocks, gz, "zzz"), std::nullopt);
  }
}

TEST(IndexReaderTest, EveryRowOfABlockIsFound) {
  const IndexFile file = sample_index(33);
  for (std::uint64_t i = 0; i < 33; ++i)
    EXPECT_EQ(find_row(file.blocks, file.gz.view(), sample_row(i).key), sample_row(i));
}

TEST(IndexReaderTest, ABlockChangedAnywhereIsCorrupt) {
  const std::string block(sample_index(20).gz.view());
  EXPECT_EQ(error_message([&] { decode_block(block); }), "");
  for (std::size_t i = 0; i < block.size(); ++i) {
    std::string changed = block;
    changed[i] = static_cast<char>(changed[i] ^ 0x11);
    EXPECT_NE(error_message([&] { decode_block(changed); }), "") << i;
    EXPECT_NE(error_message([&] { decode_block(block.substr(0, i)); }), "") << i;
  }
  EXPECT_NE(error_message([&] { decode_block(block + "x"); }), "");
  EXPECT_NE(error_message([&] { decode_block(block + block); }), "");
  EXPECT_NE(error_message([&] { decompress_block(block, 100); }), "");
}

TEST(IndexReaderTest, WhatABlockClaimsOfItsLengthIsNotBelieved) {
  const IndexFile file = sample_index(20);
  const std::string block(file.gz.view());
  for (const std::uint32_t claim : {0u, 1u, 1u << 24, (1u << 24) + (1u << 18), 1u << 30, UINT32_MAX}) {
    std::string lying = block.substr(0, block.size() - 4);
    base::append_le(lying, claim);
    EXPECT_NE(error_message([&] { decompress_block(lying); }), "") << claim;
    EXPECT_NE(error_message([&] { find_row(file.blocks, lying, sample_row(1).key); }), "") << claim;
  }
}

/// Text of random bytes is what DEFLATE shrinks least: the bound that manifests are held to is one.
TEST(IndexWriterTest, NoBlockIsLargerThanItsBound) {
  std::mt19937_64 random(1);
  IndexWriter writer;
  for (int i = 0; i < 70; ++i) {
    Row row = sample_row(static_cast<std::uint64_t>(i));
    std::string noise(190'000, '\0');
    for (char& c : noise) c = static_cast<char>(random());
    row.metadata = {{"noise", noise}};
    writer.add(row);
  }
  for (const Block& block : writer.finish().blocks) EXPECT_LE(block.length_bytes, kMaxBlockBytes);
}

TEST(IndexCursorTest, GivesAllRowsInOrder) {
  const IndexFile file = sample_index(10'000);
  const std::string gz(file.gz.view());
  IndexCursor cursor(range_of(gz), file.blocks);
  for (std::uint64_t i = 0; i < 10'000; ++i) ASSERT_EQ(cursor.next(), sample_row(i));
  EXPECT_EQ(cursor.next(), std::nullopt);
  EXPECT_EQ(cursor.next(), std::nullopt);
}

TEST(IndexCursorTest, SeeksBothWays) {
  const IndexFile file = sample_index(10'000);
  const std::string gz(file.gz.view());
  IndexCursor cursor(range_of(gz), file.blocks);
  for (const std::uint64_t i : {5000ul, 0ul, 9999ul, 4096ul, 4095ul}) {
    cursor.seek(sample_row(i).key);
    EXPECT_EQ(cursor.next(), sample_row(i));
    if (i + 1 < 10'000) {
      EXPECT_EQ(cursor.next(), sample_row(i + 1));
    }
  }
  cursor.seek(sample_row(4095).key + "x");
  EXPECT_EQ(cursor.next(), sample_row(4096));
  cursor.seek("");
  EXPECT_EQ(cursor.next(), sample_row(0));
  cursor.seek("zzz");
  EXPECT_EQ(cursor.next(), std::nullopt);
}

TEST(IndexCursorTest, RefusesBlocksThatAreNotAsListed) {
  const IndexFile file = sample_index(10'000);
  const std::string gz(file.gz.view());
  const auto drain = [&](std::vector<Block> blocks) {
    return error_message([&] {
      IndexCursor cursor(range_of(gz), std::move(blocks));
      while (cursor.next()) {
      }
    });
  };
  EXPECT_EQ(drain(file.blocks), "");
  std::vector<Block> blocks = file.blocks;
  blocks[1].rows -= 1;
  EXPECT_NE(drain(blocks), "");
  blocks = file.blocks;
  blocks[1].first_key += "x";
  EXPECT_NE(drain(blocks), "");
  blocks = file.blocks;
  std::swap(blocks[1], blocks[2]);
  EXPECT_NE(drain(blocks), "");
  blocks = file.blocks;
  blocks[2].length_bytes += 1;
  EXPECT_NE(drain(blocks), "");
}

TEST(RowSplitterTest, RowsFromPiecesOfAnySize) {
  const std::string text = text_of(50);
  for (const std::size_t step : {std::size_t{1}, std::size_t{100}, text.size()}) {
    std::uint64_t i = 0;
    RowSplitter splitter([&](const Row& row) { ASSERT_EQ(row, sample_row(i++)); });
    for (std::size_t at = 0; at < text.size(); at += step)
      splitter.write(std::string_view(text).substr(at, step));
    splitter.finish();
    EXPECT_EQ(i, 50u);
  }
}

TEST(RowSplitterTest, RefusesCutOffTextDisorderAndEndlessRows) {
  const std::string text = text_of(2);
  const auto split = [](const std::string& bytes) {
    return error_message([&] {
      RowSplitter splitter([](const Row&) {});
      splitter.write(bytes);
      splitter.finish();
    });
  };
  EXPECT_EQ(split(text), "");
  EXPECT_NE(split(text.substr(0, text.size() - 1)), "");
  EXPECT_NE(split(text + text), "");
  EXPECT_NE(split(std::string(kMaxRowBytes + 1, 'x')), "");
}

}  // namespace
}  // namespace s3c::index
