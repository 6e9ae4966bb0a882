// PageAllocator: its containers hold what they are given, and their memory goes back.
#include "base/page_allocator.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

namespace s3c::base {
namespace {

using Numbers = std::vector<std::uint64_t, PageAllocator<std::uint64_t>>;

TEST(PageAllocator, HoldsWhatItIsGiven) {
  Numbers numbers;
  for (std::uint64_t i = 0; i < 100'000; ++i) numbers.push_back(i);
  EXPECT_EQ(std::accumulate(numbers.begin(), numbers.end(), std::uint64_t{0}), 4'999'950'000u);
  const Numbers copy = numbers;
  numbers = Numbers(3);
  EXPECT_EQ(numbers, Numbers({0, 0, 0}));
  EXPECT_EQ(copy.back(), 99'999u);
}

TEST(PageAllocator, MoreThanThereIsIsBadAlloc) {
  PageAllocator<std::uint64_t> allocator;
  EXPECT_THROW(allocator.allocate(std::numeric_limits<std::size_t>::max() / 16), std::bad_alloc);
}

}  // namespace
}  // namespace s3c::base
