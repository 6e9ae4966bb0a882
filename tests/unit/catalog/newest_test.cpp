// What is newest: the order of newest.h, line by line.
#include "catalog/newest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/time.h"

namespace s3c::catalog {
namespace {

using ::testing::ElementsAre;

/// A member of the key, as the listing told it: second of a day in 2018, and what its bytes are.
struct Told {
  std::string archive_key;
  int second = 0;
  std::string etag;
  std::string group = "sources/2018/04/01/";
  std::string bucket = "src";
  bool foreign = false;
  base::Timestamp created_at{};  ///< by the archiver's clock
};

FoundMember member(const Told& told) {
  auto manifest = std::make_shared<index::Manifest>();
  manifest->archive_key = told.archive_key;
  manifest->source_bucket = told.bucket;
  manifest->group_prefix = told.group;
  manifest->created_at = told.created_at;
  manifest->foreign_entries = told.foreign ? 1 : 0;
  FoundMember found{manifest, {}};
  found.row.key = "k";
  found.row.etag = told.foreign ? "" : told.etag;
  found.row.crc32 = static_cast<std::uint32_t>(std::hash<std::string>()(told.etag));
  found.row.last_modified = *base::parse_iso8601("2018-04-01T00:00:00Z") + std::chrono::seconds(told.second);
  return found;
}

/// Names of the archives that newest_of() returns, the same in whatever order the members come.
std::vector<std::string> newest(const std::vector<Told>& all) {
  std::vector<FoundMember> members;
  for (const Told& told : all) members.push_back(member(told));
  const auto names = [&] {
    std::vector<std::string> keys;
    for (const FoundMember* one : newest_of(members)) keys.push_back(one->manifest->archive_key);
    return keys;
  };
  const std::vector<std::string> first = names();
  std::reverse(members.begin(), members.end());
  EXPECT_EQ(names(), first) << "the order of the members decides";
  return first;
}

TEST(Newest, LastModifiedAtTheStoreComesFirst) {
  EXPECT_THAT(newest({{"a/1.zip", 1, "x"}}), ElementsAre("a/1.zip"));
  EXPECT_THAT(newest({{"a/1.zip", 2, "x"}, {"a/1-2.zip", 1, "y"}}), ElementsAre("a/1.zip"));
  // Another layout's group.
  EXPECT_THAT(newest({{"a/1.zip", 1, "x"}, {"a/1-h05.zip", 2, "y", "sources/2018/04/01/05/"}}),
              ElementsAre("a/1-h05.zip"));
}

TEST(Newest, NoArchiversClockDecides) {
  const base::Timestamp late = *base::parse_iso8601("2030-01-01T00:00:00Z");
  EXPECT_THAT(
      newest({{"a/1.zip", 1, "x", "g", "src", false, late}, {"a/1-2.zip", 2, "y", "g", "src", false}}),
      ElementsAre("a/1-2.zip"));
  EXPECT_THAT(newest({{"a/1.zip", 1, "x", "g", "src", false, late}, {"b/1.zip", 1, "y", "h", "src", false}}),
              ElementsAre("a/1.zip", "b/1.zip"));
}

TEST(Newest, ThenTheHigherNumberInOneGroup) {
  EXPECT_THAT(newest({{"a/1.zip", 1, "x"}, {"a/1-2.zip", 1, "y"}}), ElementsAre("a/1-2.zip"));
  EXPECT_THAT(newest({{"a/1-10.zip", 1, "x"}, {"a/1-9.zip", 1, "y"}}), ElementsAre("a/1-10.zip"));
  // Names that look like numbers: the months of 2018.
  EXPECT_THAT(newest({{"a/2018-10.zip", 1, "x"}, {"a/2018-10-2.zip", 1, "y"}}),
              ElementsAre("a/2018-10-2.zip"));
  // "-02" is no number, and another group's or another bucket's number says nothing.
  EXPECT_EQ(newest({{"a/1.zip", 1, "x"}, {"a/1-02.zip", 1, "y"}}).size(), 2u);
  EXPECT_EQ(newest({{"a/1.zip", 1, "x"}, {"a/1-2.zip", 1, "y", "another/"}}).size(), 2u);
  EXPECT_EQ(newest({{"a/1.zip", 1, "x"}, {"a/1-2.zip", 1, "y", "sources/2018/04/01/", "b"}}).size(), 2u);
  EXPECT_EQ(newest({{"a/1.zip", 1, "x"}, {"b/1-2.zip", 1, "y"}}).size(), 2u)
      << "another archive-name template";
}

TEST(Newest, OtherwiseItIsATieOfThoseThatNothingIsNewerThan) {
  EXPECT_THAT(newest({{"a/1.zip", 1, "x"}, {"a/1-2.zip", 1, "y"}, {"b/1.zip", 1, "z", "other/"}}),
              ElementsAre("a/1-2.zip", "b/1.zip"));
  EXPECT_THAT(newest({{"a/1.zip", 1, "x"}, {"b/1.zip", 1, "y", "other/"}, {"c/1.zip", 2, "z", "third/"}}),
              ElementsAre("c/1.zip"));
}

TEST(Newest, OneObjectInTwoVolumesIsNoTie) {
  EXPECT_THAT(newest({{"b/1.zip", 1, "x", "other/"}, {"a/1.zip", 1, "x"}}), ElementsAre("a/1.zip"));
  // The older y is beaten by the x of its own group, which is the x of the other group.
  EXPECT_THAT(newest({{"a/1.zip", 1, "y"}, {"a/1-2.zip", 1, "x"}, {"b/1.zip", 1, "x", "other/"}}),
              ElementsAre("a/1-2.zip"));
  EXPECT_EQ(newest({{"a/1.zip", 1, "x"}, {"b/1.zip", 1, "x", "g", "another-bucket"}}).size(), 2u);
  std::vector<FoundMember> versions = {member({"a/1.zip", 1, "x"}), member({"b/1.zip", 1, "x", "other/"})};
  versions[0].row.version_id = "v1";
  EXPECT_EQ(newest_of(versions).size(), 1u) << "archived before the bucket had versions";
  versions[1].row.version_id = "v2";
  EXPECT_EQ(newest_of(versions).size(), 2u)
      << "two versions with the same bytes may differ in their metadata";
}

TEST(Newest, TheTimeOfAForeignArchiveIsNotCompared) {
  const std::string group = "sources/2018/04/01/";
  const Told foreign{"a/1.zip", 9, "x", group, "src", true};
  EXPECT_THAT(newest({foreign, {"a/1-2.zip", 1, "y"}}), ElementsAre("a/1-2.zip"));
  EXPECT_THAT(newest({foreign, {"b/1.zip", 1, "y", "other/"}}), ElementsAre("b/1.zip"));
  EXPECT_EQ(newest({foreign, {"b/1.zip", 1, "y", "other/", "src", true}}).size(), 2u);
}

}  // namespace
}  // namespace s3c::catalog
