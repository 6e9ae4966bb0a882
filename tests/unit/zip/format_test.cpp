#include "zip/format.h"

#include <gtest/gtest.h>

#include "tests/unit/zip/memory_zip.h"

namespace s3c::zip {
namespace {

using testing::at;

TEST(DosTimeTest, HoldsTwoSecondSteps) {
  const DosTime time = dos_time(at("2018-04-01T12:34:57.999Z"));
  EXPECT_EQ(time.date, (38 << 9) | (4 << 5) | 1);
  EXPECT_EQ(time.time, (12 << 11) | (34 << 5) | 28);
  EXPECT_EQ(from_dos_time(time), at("2018-04-01T12:34:56.000Z"));
}

TEST(DosTimeTest, StaysWithinItsYears) {
  EXPECT_EQ(from_dos_time(dos_time(at("1970-01-01T00:00:00.000Z"))), at("1980-01-01T00:00:00.000Z"));
  EXPECT_EQ(from_dos_time(dos_time(at("2500-01-01T00:00:00.000Z"))), at("2107-12-31T23:59:58.000Z"));
}

TEST(DosTimeTest, RefusesWhatIsNoDate) {
  EXPECT_FALSE(from_dos_time({.time = 0, .date = 0}));
  EXPECT_FALSE(from_dos_time({.time = 0, .date = (38 << 9) | (2 << 5) | 30}));
  EXPECT_FALSE(from_dos_time({.time = 24 << 11, .date = (38 << 9) | (2 << 5) | 1}));
}

class CentralHeaderTest : public ::testing::TestWithParam<EntryInfo> {};

TEST_P(CentralHeaderTest, ReadsBackWhatWasWritten) {
  const EntryInfo info = GetParam();
  std::string bytes;
  append_central_header(bytes, info, kFlagUtf8, false);
  EXPECT_EQ(central_header_size_bytes(bytes), bytes.size());
  const EntryInfo read = decode_central_header(bytes, 0).info;
  EXPECT_EQ(read.name, info.name);
  EXPECT_EQ(read.method, info.method);
  EXPECT_EQ(read.crc32, info.crc32);
  EXPECT_EQ(read.size_bytes, info.size_bytes);
  EXPECT_EQ(read.compressed_size_bytes, info.compressed_size_bytes);
  EXPECT_EQ(read.offset, info.offset);
  EXPECT_EQ(read.modified, info.modified);
}

EntryInfo sized(std::uint64_t size, std::uint64_t compressed, std::uint64_t offset) {
  return {.name = "a/b",
          .method = Method::deflate,
          .crc32 = 0xdeadbeef,
          .size_bytes = size,
          .compressed_size_bytes = compressed,
          .modified = testing::kModified,
          .offset = offset};
}

INSTANTIATE_TEST_SUITE_P(EachZip64Combination, CentralHeaderTest,
                         ::testing::Values(sized(1, 2, 3), sized(kIn64 - 1, kIn64 - 1, kIn64 - 1),
                                           sized(kIn64, 2, 3), sized(1, kIn64, 3), sized(1, 2, kIn64),
                                           sized(1ull << 40, 2, 1ull << 50),
                                           sized(1ull << 40, 1ull << 39, 1ull << 50)));

TEST(CentralHeaderTest, TimesBeyond32BitsAreLeftToDos) {
  EntryInfo info = sized(1, 2, 3);
  info.modified = at("2060-01-01T00:00:02.000Z");
  std::string bytes;
  append_central_header(bytes, info, kFlagUtf8, false);
  EXPECT_EQ(bytes.size(), kCentralHeaderBytes + 3);
  EXPECT_EQ(decode_central_header(bytes, 0).info.modified, info.modified);
}

TEST(LocalHeaderTest, Zip64FormHoldsBothSizes) {
  std::string bytes;
  append_local_header(bytes, sized(kIn64, 7, 0), kFlagUtf8, true);
  const LocalHeader header = decode_local_header(bytes, 0);
  EXPECT_TRUE(header.zip64);
  EXPECT_EQ(header.size_bytes, kIn64);
  EXPECT_EQ(header.compressed_size_bytes, 7u);
  EXPECT_EQ(header.header_size_bytes, bytes.size());
}

TEST(EndRecordsTest, Zip64OnlyWhereNeeded) {
  const auto end_size = [](const Directory& directory) {
    std::string bytes;
    append_end_records(bytes, directory);
    return bytes.size();
  };
  constexpr std::size_t kWide = kZip64EndBytes + kZip64LocatorBytes + kEndBytes;
  EXPECT_EQ(end_size({.entries = 0xfffe, .size_bytes = 1, .offset = 1}), kEndBytes);
  EXPECT_EQ(end_size({.entries = 0xffff, .size_bytes = 1, .offset = 1}), kWide);
  EXPECT_EQ(end_size({.entries = 1, .size_bytes = kIn64, .offset = 1}), kWide);
  EXPECT_EQ(end_size({.entries = 1, .size_bytes = 1, .offset = kIn64}), kWide);
}

}  // namespace
}  // namespace s3c::zip
