// Which archives lack records: a lost catalog, a part of one, and what is no archive of the scope.
#include "upkeep/unrecorded.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stop_token>

#include "catalog/catalog.h"
#include "support/promise.h"

namespace s3c::upkeep {
namespace {

using base::ErrorKind;
using support::error_kind;
using support::FakeStore;
using ::testing::ElementsAre;

/// Three days of two objects, each day a volume.
class UnrecordedTest : public ::testing::Test {
 protected:
  UnrecordedTest() {
    support::fill(store_, 2, 3);
    EXPECT_FALSE(support::run(store_, support::small_options()).total().failure);
    scope_.archive_bucket = support::kArchive;
    scope_.bucket = support::kSource;
  }
  void lose(const std::string& archive_key, const std::string& folder) {
    for (const std::string& key : store_.keys(support::kArchive)) {
      if (key.starts_with(folder + archive_key + "/")) store_.erase(support::kArchive, key);
    }
  }
  /// "archive key: what is missing"
  std::vector<std::string> found(const catalog::CatalogScope& scope) {
    const RecordSearch search = find_unrecorded(store_, scope, {});
    archives_ = search.archives;
    std::vector<std::string> texts;
    for (const UnrecordedArchive& one : search.unrecorded) {
      texts.push_back(one.archive_key + ":" + (one.lacks_index ? " index" : "") +
                      (one.lacks_manifest ? " manifest" : "") + (one.frozen ? " frozen" : ""));
    }
    return texts;
  }

  FakeStore store_;
  catalog::CatalogScope scope_;
  std::uint64_t archives_ = 0;
};

TEST_F(UnrecordedTest, ThoseThatLackOneOrBoth) {
  EXPECT_THAT(found(scope_), ElementsAre());
  EXPECT_EQ(archives_, 3u);
  lose("src/20180401.zip", "s3compress_catalog/manifest/");
  lose("src/20180403.zip", "s3compress_catalog/manifest/");
  lose("src/20180403.zip", "s3compress_catalog/index/");
  lose("src/20180402.zip", "s3compress_catalog/commit/");
  store_.put(support::kArchive, "src/notes.txt", "no volume's name");
  EXPECT_THAT(found(scope_), ElementsAre("src/20180401.zip: manifest", "src/20180403.zip: index manifest"));
  EXPECT_EQ(archives_, 3u);
  catalog::CatalogScope one_day = scope_;
  one_day.dates = catalog::DateRange::between("2018-04-02", "2018-04-03");
  EXPECT_THAT(found(one_day), ElementsAre("src/20180403.zip: index manifest"));
  EXPECT_EQ(archives_, 2u);
}

TEST_F(UnrecordedTest, ARecordOfAnotherVolumeIsNone) {
  store_.edit(support::kArchive, "src/20180402.zip", [](support::StoredObject& object) {
    object.metadata["s3compress-id"] = "01B8J3Z7Q40000000000000000";
  });
  EXPECT_THAT(found(scope_), ElementsAre("src/20180402.zip: index manifest"));
}

TEST_F(UnrecordedTest, OneByItsName) {
  EXPECT_EQ(missing_records(store_, support::kArchive, "src/20180401.zip"), std::nullopt);
  lose("src/20180401.zip", "s3compress_catalog/index/");
  const auto missing = missing_records(store_, support::kArchive, "src/20180401.zip");
  ASSERT_TRUE(missing);
  EXPECT_TRUE(missing->lacks_index && !missing->lacks_manifest && !missing->frozen);
  EXPECT_EQ(error_kind([&] { missing_records(store_, support::kArchive, "src/20190401.zip"); }),
            ErrorKind::not_found);
}

TEST_F(UnrecordedTest, ItStopsWhenItIsAskedTo) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(error_kind([&] { find_unrecorded(store_, scope_, stop.get_token()); }), ErrorKind::cancelled);
}

}  // namespace
}  // namespace s3c::upkeep
