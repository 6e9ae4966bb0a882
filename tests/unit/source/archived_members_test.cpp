#include "source/archived_members.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>

#include "catalog/catalog.h"
#include "s3/object_listing.h"
#include "support/promise.h"

namespace s3c::source {
namespace {

using support::day_key;
using support::FakeStore;

class ArchivedMembersTest : public ::testing::Test {
 protected:
  ArchivedMembersTest() {
    support::fill(store_, 3, 1);
    archive::ArchiveOptions options = support::small_options();
    options.keep_sources = true;
    EXPECT_FALSE(support::run(store_, options).total().failure);
  }
  catalog::GroupState load() { return catalog_.load_group("src/20180401"); }

  FakeStore store_;
  catalog::Catalog catalog_{store_, support::kArchive};
};

TEST_F(ArchivedMembersTest, TheMergeJoinKnowsEveryMemberAndNothingElse) {
  store_.put(support::kSource, day_key(1, 1), "overwritten");
  store_.put(support::kSource, "sources/2018/04/01/000.xm", "before the first");
  store_.put(support::kSource, "sources/2018/04/01/000.xmlx", "between");
  store_.put(support::kSource, "sources/2018/04/01/zzz", "behind the last");
  const catalog::GroupState state = load();
  ArchivedMembers archived(catalog_, state.committed);
  EXPECT_TRUE(archived.volumes_with_sources().empty());
  s3::ObjectListing listing(store_, support::kSource, "sources/2018/04/01/");
  std::map<std::string, bool> answers;
  while (const s3::ObjectSummary* object = listing.peek()) {
    answers[object->key] = archived.holder_of(*object) != nullptr;
    EXPECT_EQ(archived.holder_of(*object) != nullptr, answers[object->key]) << "asked again";
    listing.pop();
  }
  EXPECT_EQ(answers, (std::map<std::string, bool>{{"sources/2018/04/01/000.xm", false},
                                                  {day_key(1, 0), true},
                                                  {"sources/2018/04/01/000.xmlx", false},
                                                  {day_key(1, 1), false},
                                                  {day_key(1, 2), true},
                                                  {"sources/2018/04/01/zzz", false}}));
  EXPECT_EQ(archived.volumes_with_sources().size(), 2u);
}

TEST_F(ArchivedMembersTest, AVolumeIsOfOneBucketAndGroup) {
  const catalog::CommittedVolume volume = load().committed.at(0);
  catalog::Group group;
  group.prefix = "sources/2018/04/01/";
  EXPECT_TRUE(is_of_group(volume, support::kSource, group));
  EXPECT_FALSE(is_of_group(volume, support::kArchive, group));
  group.period = catalog::Period::day;
  group.fields = volume.manifest().group;
  EXPECT_FALSE(is_of_group(volume, support::kSource, group)) << "a group by time has other volumes";
  group.period = std::nullopt;
  group.prefix = "sources/2018/04/";
  EXPECT_FALSE(is_of_group(volume, support::kSource, group));
}

TEST(SameObject, NeedsEtagSizeAndTime) {
  index::Row row;
  row.etag = "e";
  row.size_bytes = 3;
  row.last_modified = *base::parse_iso8601("2018-04-01T00:00:00.500Z");
  s3::ObjectSummary object;
  object.etag = "e";
  object.size_bytes = 3;
  object.last_modified = row.last_modified;
  EXPECT_TRUE(is_same_object(row, object));
  s3::ObjectSummary other = object;
  other.etag = "f";
  EXPECT_FALSE(is_same_object(row, other));
  other = object;
  other.size_bytes = 4;
  EXPECT_FALSE(is_same_object(row, other));
  other = object;
  other.last_modified += std::chrono::milliseconds(1);
  EXPECT_FALSE(is_same_object(row, other));
}

}  // namespace
}  // namespace s3c::source
