#include "catalog/forward_reader.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/error.h"
#include "base/hash.h"

namespace s3c::catalog {
namespace {

class ForwardReaderTest : public ::testing::Test {
 protected:
  ForwardReaderTest() : object_(std::size_t{20} << 20, '\0') {
    for (std::size_t i = 0; i < object_.size(); ++i) object_[i] = static_cast<char>(i * 2654435761u >> 13);
  }
  ForwardReader reader(std::uint64_t begin, std::uint64_t end) {
    return {[this](std::uint64_t offset, std::uint64_t size) {
              EXPECT_LE(offset + size, object_.size());
              EXPECT_LE(size, ForwardReader::kRangeBytes);
              fetched_ += size;
              ++fetches_;
              return object_.substr(offset, size);
            },
            begin, end, object_.size()};
  }
  std::uint32_t crc_of(std::uint64_t begin, std::uint64_t end) const {
    return base::crc32(std::string_view(object_).substr(begin, end - begin));
  }

  std::string object_;
  std::uint64_t fetched_ = 0;
  int fetches_ = 0;
};

TEST_F(ForwardReaderTest, ServesSmallReadsOutOfLargeRangesAndChecksumsEveryByteOnce) {
  const std::uint64_t begin = 1'000;
  const std::uint64_t end = object_.size() - 7'777;
  ForwardReader bytes = reader(begin, end);
  for (std::uint64_t at = begin; at + 30'000 < end; at += 20'011) {
    ASSERT_EQ(bytes.read(at, 30'000), object_.substr(at, 30'000)) << at;
    ASSERT_EQ(bytes.read(at + 10, 50), object_.substr(at + 10, 50)) << at;
  }
  EXPECT_EQ(bytes.finish(), crc_of(begin, end));
  EXPECT_LE(fetched_, end - begin + 256);
  EXPECT_EQ(fetches_, 5);
}

TEST_F(ForwardReaderTest, GapsAreReadAllTheSame) {
  ForwardReader bytes = reader(0, object_.size());
  EXPECT_EQ(bytes.read(std::uint64_t{13} << 20, 10), object_.substr(std::size_t{13} << 20, 10));
  EXPECT_EQ(bytes.finish(), crc_of(0, object_.size()));
  EXPECT_EQ(fetched_, object_.size());
}

TEST_F(ForwardReaderTest, ALittleBeyondTheEndCostsNoRequest) {
  ForwardReader bytes = reader(0, 1'000);
  EXPECT_EQ(bytes.read(990, 100), object_.substr(990, 100));
  EXPECT_EQ(fetches_, 1);
  EXPECT_EQ(bytes.read(500, 4'000), object_.substr(500, 4'000)) << "far beyond it is served as well";
  EXPECT_EQ(bytes.read(5'000, 10), object_.substr(5'000, 10));
  EXPECT_EQ(bytes.finish(), crc_of(0, 1'000));
}

TEST_F(ForwardReaderTest, AnEmptyStretchNeedsNothing) {
  ForwardReader bytes = reader(500, 500);
  EXPECT_EQ(bytes.finish(), 0u);
  EXPECT_EQ(fetches_, 0);
}

TEST_F(ForwardReaderTest, LooksBackOnlySoFar) {
  ForwardReader bytes = reader(0, object_.size());
  const std::uint64_t far = std::uint64_t{9} << 20;
  bytes.read(far, 10);
  const std::uint64_t back = far - ForwardReader::kLookBackBytes;
  EXPECT_EQ(bytes.read(back, 10), object_.substr(back, 10));
  EXPECT_THROW(bytes.read(0, 10), base::Error);
}

}  // namespace
}  // namespace s3c::catalog
