// IndexCopy: the index comes back out of a volume's last entry as it was made, whoever compressed it.
#include "index/index_copy.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "base/hash.h"
#include "tests/unit/index/sample_rows.h"

namespace s3c::index {
namespace {

using testing::error_message;
using testing::sample_index;
using testing::sample_row;

std::string entry_of(const IndexFile& file) {
  std::string entry;
  for (const std::string_view piece : file.deflate_pieces()) entry += piece;
  return entry;
}

/// Copies the stream in pieces of that size.
IndexFile copy_of(std::string_view stream, std::size_t piece_bytes, std::uint64_t* visited = nullptr) {
  IndexCopy copy([visited](const Row& row) {
    if (visited == nullptr) return;
    EXPECT_EQ(row, sample_row(*visited));
    ++*visited;
  });
  for (std::size_t at = 0; at < stream.size(); at += piece_bytes) copy.write(stream.substr(at, piece_bytes));
  std::optional<IndexFile> copied = copy.finish();
  EXPECT_TRUE(copied.has_value());
  return copied ? *std::move(copied) : IndexFile();
}

void expect_same(const IndexFile& copied, const IndexFile& made) {
  EXPECT_EQ(copied.gz.view(), made.gz.view());
  EXPECT_EQ(entry_of(copied), entry_of(made));
  EXPECT_EQ(copied.blocks, made.blocks);
  EXPECT_EQ(copied.rows, made.rows);
  EXPECT_EQ(copied.first_key, made.first_key);
  EXPECT_EQ(copied.last_key, made.last_key);
  EXPECT_EQ(copied.crc32, made.crc32);
  EXPECT_EQ(copied.gz.size(), made.gz.size());
  EXPECT_EQ(copied.deflate_size_bytes(), made.deflate_size_bytes());
  EXPECT_EQ(copied.uncompressed_size_bytes, made.uncompressed_size_bytes);
}

TEST(IndexCopy, IsTheIndexByteForByte) {
  for (const std::uint64_t rows : {1u, 4095u, 4096u, 4097u, 8192u, 8193u}) {
    const IndexFile made = sample_index(rows);
    for (const std::size_t piece_bytes : {std::size_t{997}, entry_of(made).size()}) {
      std::uint64_t visited = 0;
      expect_same(copy_of(entry_of(made), piece_bytes, &visited), made);
      EXPECT_EQ(visited, rows);
    }
  }
  expect_same(copy_of(entry_of(sample_index(30)), 1), sample_index(30));
}

/// An index whose blocks another zlib has compressed.
IndexFile index_of_another_zlib(std::uint64_t rows, int level) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, level, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY), Z_OK);
  IndexFile file;
  for (std::uint64_t first = 0; first < rows; first += kRowsPerBlock) {
    const std::uint64_t count = std::min(kRowsPerBlock, rows - first);
    std::string text;
    for (std::uint64_t i = first; i < first + count; ++i) append_json_line(text, sample_row(i));
    std::string block(text.size() + 1000, '\0');
    deflateReset(&stream);
    stream.next_in = reinterpret_cast<Bytef*>(text.data());
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = static_cast<uInt>(block.size());
    EXPECT_EQ(deflate(&stream, Z_FULL_FLUSH), Z_OK);
    block.resize(block.size() - stream.avail_out);
    file.add_block(block, text, sample_row(first).key, count);
  }
  deflateEnd(&stream);
  file.rows = rows;
  file.first_key = sample_row(0).key;
  file.last_key = sample_row(rows - 1).key;
  return file;
}

TEST(IndexCopy, KeepsTheBytesOfAnotherZlib) {
  for (const int level : {0, 1, 9}) {
    const IndexFile made = index_of_another_zlib(9000, level);
    EXPECT_NE(made.gz.view(), sample_index(9000).gz.view());
    expect_same(copy_of(entry_of(made), 1000), made);
  }
}

TEST(IndexCopy, SaysWhatIsWrong) {
  const std::string entry = entry_of(sample_index(5000));
  const auto message = [](std::string_view stream) {
    return error_message([stream] { copy_of(stream, 999); });
  };
  EXPECT_EQ(message({}), "the index is cut off");
  EXPECT_EQ(message(std::string_view(entry).substr(0, entry.size() - 1)), "the index is cut off");
  EXPECT_EQ(message(entry + "x"), "data behind the end of the index");
  EXPECT_EQ(message("\xff" + entry), "the index is no DEFLATE stream");
  EXPECT_EQ(message(std::string("\x03\x00", 2)), "the index has no rows");
}

/// One DEFLATE stream of a text, without any flush.
std::string deflated_at_once(const std::string& text) {
  std::string out(compressBound(text.size()), '\0');
  uLongf size = out.size();
  EXPECT_EQ(compress2(reinterpret_cast<Bytef*>(out.data()), &size,
                      reinterpret_cast<const Bytef*>(text.data()), text.size(), 6),
            Z_OK);
  return out.substr(2, size - 6);  // without zlib's header and Adler-32
}

TEST(IndexCopy, SaysThatAStreamIsNotInBlocks) {
  for (const std::uint64_t rows : {1u, 4096u, 5000u, 57'000u}) {
    std::string text;
    for (std::uint64_t i = 0; i < rows; ++i) append_json_line(text, sample_row(i));
    std::uint64_t visited = 0;
    IndexCopy copy([&visited](const Row&) { ++visited; });
    copy.write(deflated_at_once(text));
    EXPECT_FALSE(copy.finish().has_value()) << rows;
    EXPECT_EQ(visited, rows);
  }
}

}  // namespace
}  // namespace s3c::index
