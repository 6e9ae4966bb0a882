#include "catalog/member_query.h"

#include <gtest/gtest.h>

namespace s3c::catalog {
namespace {

index::Manifest manifest_of(const std::vector<std::string>& first_keys, const std::string& last_key) {
  index::Manifest manifest;
  manifest.first_key = first_keys.front();
  manifest.last_key = last_key;
  std::uint64_t offset = 0;
  for (const std::string& key : first_keys) manifest.blocks.push_back({key, offset++, 1, 1});
  return manifest;
}

/// The first letters of the blocks that the query looks into.
std::string looked_into(const MemberQuery& query) {
  std::string letters;
  for (const index::Block& block : query.blocks_of(manifest_of({"b", "d", "f", "h"}, "k")))
    letters += block.first_key;
  return letters;
}

TEST(MemberQuery, WantsKeysAsWrittenAndWhatMatchesAGlob) {
  const MemberQuery query({"a*c", "b"}, {"x/*.xml", "y?"});
  for (const char* key : {"a*c", "b", "x/1.xml", "x/2/3.xml", "y1"}) EXPECT_TRUE(query.wants(key)) << key;
  for (const char* key : {"abc", "b2", "x/1.json", "y", "y12", ""}) EXPECT_FALSE(query.wants(key)) << key;
  EXPECT_TRUE(MemberQuery().wants("anything"));
}

TEST(MemberQuery, ReadsOnlyTheBlocksThatMayHoldSomething) {
  EXPECT_EQ(looked_into(MemberQuery()), "bdfh");
  EXPECT_EQ(looked_into(MemberQuery({"d"}, {})), "d") << "the first key of a block isn't in the one before";
  EXPECT_EQ(looked_into(MemberQuery({"c", "k"}, {})), "bh");
  EXPECT_EQ(looked_into(MemberQuery({"a", "l"}, {})), "");
  EXPECT_EQ(looked_into(MemberQuery({"c", "c2", "d1"}, {})), "bd");
  EXPECT_EQ(looked_into(MemberQuery({}, {"*"})), "bdfh");
  EXPECT_EQ(looked_into(MemberQuery({}, {"e*"})), "d");
  EXPECT_EQ(looked_into(MemberQuery({}, {"d*"})), "d");
  EXPECT_EQ(looked_into(MemberQuery({"i"}, {"c?"})), "bh");
}

TEST(MemberQuery, TellsWhichVolumesCanBeLeftOut) {
  const auto may = [](const MemberQuery& query) { return query.may_want_between("d/2", "d/8"); };
  EXPECT_TRUE(may(MemberQuery()));
  EXPECT_TRUE(may(MemberQuery({"d/2"}, {})));
  EXPECT_TRUE(may(MemberQuery({"d/8"}, {})));
  EXPECT_FALSE(may(MemberQuery({"d/1", "d/9"}, {})));
  for (const char* glob : {"*", "d*", "d/5*", "d/2?", "d/8", "[d]*"})
    EXPECT_TRUE(may(MemberQuery({}, {glob}))) << glob;
  for (const char* glob : {"c*", "d/1*", "d/9*", "e*"}) EXPECT_FALSE(may(MemberQuery({}, {glob}))) << glob;
}

TEST(MemberQuery, KeysAreSortedAndThereOnce) {
  EXPECT_EQ(MemberQuery({"b", "a", "b"}, {}).keys(), (std::vector<std::string>{"a", "b"}));
}

TEST(MemberQuery, GlobsAreTold) {
  for (const char* glob : {"*", "a?b", "[ab]c"}) EXPECT_TRUE(is_glob(glob));
  for (const char* key : {"", "a/b.xml", "a]b", "a{b}"}) EXPECT_FALSE(is_glob(key));
}

TEST(MemberQuery, ATextThatExistsAsAKeyIsThatKeyAlone) {
  const MemberQuery query({"k"}, {}, {"br[1].txt", "x*"});
  EXPECT_EQ(query.undecided(), (std::vector<std::string>{"br[1].txt", "x*"}));
  for (const char* key : {"k", "br[1].txt", "br1.txt", "xy"}) EXPECT_TRUE(query.wants(key)) << key;
  const MemberQuery settled = query.settle({"br[1].txt", "other"});
  EXPECT_TRUE(settled.undecided().empty());
  for (const char* key : {"k", "br[1].txt", "xy"}) EXPECT_TRUE(settled.wants(key)) << key;
  EXPECT_FALSE(settled.wants("br1.txt"));
  EXPECT_TRUE(query.settle({}).wants("br1.txt"));
  EXPECT_FALSE(query.settle({}).wants("br[1].txt")) << "a glob, and none by that name";
}

}  // namespace
}  // namespace s3c::catalog
