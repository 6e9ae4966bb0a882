// Several tasks restore together what one would restore.
#include <gtest/gtest.h>

#include "restore_run_fixture.h"

namespace s3c::restore {
namespace {

using support::Op;
using ShardedRestoreTest = testing::RestoreRunTest;

TEST_F(ShardedRestoreTest, EachKeyIsRestoredByOneShardInItsNewestForm) {
  std::map<std::string, std::string> bodies;
  for (int day = 1; day <= 9; ++day) bodies[support::day_key(day, 0)] = "first";
  archive(bodies);
  for (auto& [key, body] : bodies) body = "newest";
  archive(bodies);
  bool any_others = false;
  for (std::uint32_t index = 0; index < 4; ++index) {
    options_.scope.shard = {index, 4};
    const RestorePlan planned = plan();
    any_others = any_others || planned.other_shards;
    for (const RestoreVolume& volume : planned.volumes)
      EXPECT_TRUE(options_.scope.is_in_shard(volume.archive_key)) << volume.archive_key;
    EXPECT_TRUE(restore().failures.empty());
  }
  EXPECT_TRUE(any_others);
  EXPECT_EQ(target_.bodies(), bodies);
  EXPECT_EQ(target_.writes(), static_cast<int>(bodies.size())) << "no key is written by two";
}

TEST_F(ShardedRestoreTest, AShardAsksOnlyForTheGroupsOfItsKeys) {
  archive({{support::day_key(1, 0), "a"}, {support::day_key(2, 0), "b"}});
  options_.query = catalog::MemberQuery({support::day_key(1, 0), support::day_key(2, 0)}, {});
  std::uint64_t members = 0;
  for (std::uint32_t index = 0; index < 16; ++index) {
    options_.scope.shard = {index, 16};
    store_.forget_journal();
    const RestorePlan planned = plan();
    members += planned.members;
    EXPECT_TRUE(planned.other_shards) << "what isn't found may be another shard's";
    if (planned.members == 0) {
      EXPECT_EQ(store_.calls(Op::list).size(), 2u)
          << "of the layout notes: do tasks share keys, do names tell";
    }
  }
  EXPECT_EQ(members, 2u);
}

}  // namespace
}  // namespace s3c::restore
