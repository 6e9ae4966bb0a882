// How the members of a volume are cut into ranges.
#include "restore/member_range.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <utility>
#include <vector>

namespace s3c::restore {
namespace {

/// The sizes of the ranges of two batches of that many neighbours.
std::vector<std::size_t> sizes_of_ranges(std::size_t members) {
  RangeSplitter splitter(2 * members);
  std::vector<std::size_t> sizes;
  for (int batch = 0; batch < 2; ++batch) {
    MemberBatch rows;
    for (std::size_t n = 0; n < members; ++n) {
      index::Row row;
      row.data_offset = 100 * (n + 1);
      row.compressed_size_bytes = 50;
      rows.rows.push_back(row);
    }
    splitter.split(std::move(rows), [&](const MemberRange& range) { sizes.push_back(range.rows.size()); });
  }
  return sizes;
}

TEST(RangeSplitter, FewMembersComeInAsFewRangesAsPossible) {
  EXPECT_EQ(sizes_of_ranges(64), (std::vector<std::size_t>{64, 64}));
  EXPECT_EQ(sizes_of_ranges(100), (std::vector<std::size_t>{64, 36, 64, 36}));
}

TEST(RangeSplitter, OfManyMembersTheFirstRangesAreShort) {
  const std::vector<std::size_t> sizes = sizes_of_ranges(600);
  ASSERT_GE(sizes.size(), 6u);
  EXPECT_EQ(std::vector(sizes.begin(), sizes.begin() + 6), (std::vector<std::size_t>{4, 8, 16, 32, 64, 64}));
  std::size_t sum = 0;
  for (const std::size_t size : sizes) sum += size;
  EXPECT_EQ(sum, 1200u);
}

}  // namespace
}  // namespace s3c::restore
