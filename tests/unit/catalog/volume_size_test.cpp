#include "catalog/volume_size.h"

#include <gtest/gtest.h>

namespace s3c::catalog {
namespace {

TEST(VolumeFill, EndsAtEitherLimit) {
  VolumeFill fill({3, 100});
  EXPECT_TRUE(fill.has_room_for(40));
  fill.add(40);
  EXPECT_TRUE(fill.has_room_for(60)) << "the limit itself fits";
  EXPECT_FALSE(fill.has_room_for(61));
  fill.add(0);
  fill.add(0);
  EXPECT_FALSE(fill.has_room_for(0)) << "three objects are enough";
  EXPECT_EQ(fill.objects(), 3u);
  EXPECT_EQ(fill.bytes(), 40u);
}

TEST(VolumeFill, TheFirstObjectAlwaysFits) {
  VolumeFill fill({3, 100});
  EXPECT_TRUE(fill.has_room_for(1'000'000));
  fill.add(1'000'000);
  EXPECT_FALSE(fill.has_room_for(0));
}

TEST(PartSize, AnObjectBeyondTheLimitGetsPartsToFit) {
  const VolumeLimits limits{1'000'000, std::uint64_t{50} << 30};
  EXPECT_EQ(part_size_of(limits, 1), part_size_bytes(limits.max_size_bytes, limits.max_objects));
  EXPECT_EQ(part_size_of(limits, std::uint64_t{5} << 40), part_size_bytes(std::uint64_t{5} << 40, 1));
  EXPECT_EQ(least_memory_bytes(8 << 20, 4), std::uint64_t{80} << 20);
}

}  // namespace
}  // namespace s3c::catalog
