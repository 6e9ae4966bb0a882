#include "archive/archived_members.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>

#include "archive/catalog.h"
#include "archive/source_listing.h"
#include "promise.h"

namespace s3c::archive {
namespace {

using testing::day_key;
using testing::FakeStore;

class ArchivedMembersTest : public ::testing::Test {
 protected:
  ArchivedMembersTest() {
    testing::fill(store_, 3, 1);
    ArchiveOptions options = testing::small_options();
    options.keep_sources = true;
    EXPECT_FALSE(testing::run(store_, options).total().failure);
  }
  GroupState load() { return catalog_.load_group("src/20180401"); }

  FakeStore store_;
  Catalog catalog_{store_, testing::kArchive};
};

TEST_F(ArchivedMembersTest, TheMergeJoinKnowsEveryMemberAndNothingElse) {
  store_.put(testing::kSource, day_key(1, 1), "overwritten");
  store_.put(testing::kSource, "sources/2018/04/01/000.xm", "before the first");
  store_.put(testing::kSource, "sources/2018/04/01/000.xmlx", "between");
  store_.put(testing::kSource, "sources/2018/04/01/zzz", "behind the last");
  const GroupState state = load();
  ArchivedMembers archived(catalog_, state.committed);
  EXPECT_TRUE(archived.volumes_with_sources().empty());
  SourceListing listing(store_, testing::kSource, "sources/2018/04/01/");
  std::map<std::string, bool> answers;
  while (const s3::ObjectSummary* object = listing.peek()) {
    answers[object->key] = archived.contains(*object);
    EXPECT_EQ(archived.contains(*object), answers[object->key]) << "asked again";
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
}  // namespace s3c::archive
