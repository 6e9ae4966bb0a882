// Which task a group belongs to: the same for ever, one task each, in even parts.
#include "catalog/shard.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "catalog/catalog_scope.h"

namespace s3c::catalog {
namespace {

/// The values stand in docs/ordering.md, "Shards". sha256sum tells them too. They never change: tasks of two versions
/// of the program share a bucket.
TEST(Shard, HashesHaveTheirGoldenValues) {
  EXPECT_EQ(shard_hash("source-bucket/20180401"), 0x3885e14f811d9af3u);
  EXPECT_EQ(shard_hash("source-bucket/20180402"), 0x6e5ab6341c10807du);
  EXPECT_EQ(shard_hash("source-bucket/20180403"), 0xc06ae24f44a18a13u);
  EXPECT_EQ(shard_hash("b/2018040113"), 0x940e3325777cbadau);
  EXPECT_EQ(shard_hash("source-bucket/tenant=\xc3\xa9/20180401"), 0x9f45fd589c4c4d62u);
  EXPECT_EQ(shard_hash(""), 0xe3b0c44298fc1c14u);
}

TEST(Shard, GoldenGroupsBelongToTheirTasks) {
  const auto owner = [](std::string_view group, std::uint32_t count) {
    std::vector<std::uint32_t> owners;
    for (std::uint32_t index = 0; index < count; ++index) {
      if (Shard{index, count}.owns(group)) owners.push_back(index);
    }
    return owners;
  };
  EXPECT_EQ(owner("source-bucket/20180401", 1), (std::vector<std::uint32_t>{0}));
  EXPECT_EQ(owner("source-bucket/20180401", 2), (std::vector<std::uint32_t>{1}));
  EXPECT_EQ(owner("source-bucket/20180401", 7), (std::vector<std::uint32_t>{6}));
  EXPECT_EQ(owner("source-bucket/20180401", 8), (std::vector<std::uint32_t>{3}));
  EXPECT_EQ(owner("source-bucket/20180402", 8), (std::vector<std::uint32_t>{5}));
  EXPECT_EQ(owner("source-bucket/20180403", 1000), (std::vector<std::uint32_t>{339}));
}

TEST(Shard, DaysOfTenYearsAreDealtOutEvenly) {
  for (const std::uint32_t count : {2u, 4u, 7u, 8u, 16u}) {
    std::vector<int> groups(count, 0);
    int days = 0;
    for (int year = 2010; year < 2020; ++year) {
      for (int month = 1; month <= 12; ++month) {
        for (int day = 1; day <= 28; ++day, ++days) {
          const std::string name = fmt::format("source-bucket/{}{:02}{:02}", year, month, day);
          for (std::uint32_t index = 0; index < count; ++index)
            groups[index] += Shard{index, count}.owns(name) ? 1 : 0;
        }
      }
    }
    int sum = 0;
    for (const int of_task : groups) {
      sum += of_task;
      EXPECT_NEAR(of_task, days / static_cast<int>(count), days / static_cast<int>(count) / 4) << count;
    }
    EXPECT_EQ(sum, days) << "each day belongs to exactly one of " << count;
  }
}

CatalogScope scope_of(std::string bucket, std::string_view archive_name) {
  CatalogScope scope;
  scope.archive_bucket = "a";
  scope.bucket = std::move(bucket);
  scope.archive_name = ArchiveName::parse(archive_name);
  return scope;
}

TEST(Shard, AVolumeBelongsToTheGroupThatArchiveNamesSo) {
  const CatalogScope days = scope_of("b", kDefaultArchiveName);
  for (const char* key : {"b/20180401.zip", "b/20180401-2.zip", "b/20180401-13.zip"})
    EXPECT_EQ(days.group_of(key), "b/20180401") << key;
  // With hours, "-13" is no number of a volume.
  const CatalogScope hours = scope_of("b", "{bucket}/{yyyy}{mm}{dd}-{hh}.zip");
  EXPECT_EQ(hours.group_of("b/20180401-13.zip"), "b/20180401-13");
  EXPECT_EQ(hours.group_of("b/20180401-13-2.zip"), "b/20180401-13");
}

TEST(Shard, WithoutABucketAllVolumesOfAGroupStayTogether) {
  const CatalogScope scope = scope_of("", kDefaultArchiveName);
  for (const char* key : {"b/20180401.zip", "b/20180401-2.zip", "b/20180401-1000.zip"})
    EXPECT_EQ(scope.group_of(key), "b/20180401") << key;
  EXPECT_EQ(scope.group_of("b/2018-04-01.zip"), "b/2018-04-01") << "-01 is no number of a volume";
  EXPECT_EQ(scope.group_of("b/old-1.zip"), "b/old-1");
  EXPECT_EQ(scope.group_of("other"), "other");
  EXPECT_EQ(scope.group_of(""), "");
}

}  // namespace
}  // namespace s3c::catalog
