// Which archives lack records: a lost catalog, a part of one, and what is no archive of the scope.
#include "upkeep/unrecorded.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stop_token>

#include "catalog/catalog.h"
#include "support/fake_clock.h"
#include "support/promise.h"
#include "upkeep/rebuild.h"

namespace s3c::upkeep {
namespace {

using base::ErrorKind;
using support::error_kind;
using support::FakeStore;
using support::Op;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

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
                      (one.lacks_manifest ? " manifest" : "") + (one.lacks_mark ? " mark" : "") +
                      (one.in_the_way ? " something else" : "") + (one.frozen ? " frozen" : ""));
    }
    return texts;
  }

  RebuildOptions rebuild_options() const {
    RebuildOptions options;
    options.scope = scope_;
    options.tool_version = "test";
    return options;
  }

  FakeStore store_;
  support::FakeClock clock_;
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
  EXPECT_THAT(found(scope_), ElementsAre("src/20180401.zip: manifest", "src/20180402.zip: mark",
                                         "src/20180403.zip: index manifest"));
  EXPECT_EQ(archives_, 3u);
  catalog::CatalogScope one_day = scope_;
  one_day.dates = catalog::DateRange::between("2018-04-02", "2018-04-03");
  EXPECT_THAT(found(one_day), ElementsAre("src/20180402.zip: mark", "src/20180403.zip: index manifest"));
  EXPECT_EQ(archives_, 2u);
}

TEST_F(UnrecordedTest, ARecordOfAnotherVolumeIsNone) {
  store_.edit(support::kArchive, "src/20180402.zip", [](support::StoredObject& object) {
    object.metadata["s3compress-id"] = "01B8J3Z7Q40000000000000000";
  });
  EXPECT_THAT(found(scope_), ElementsAre("src/20180402.zip: index manifest"));
}

/// Junk at a record's name isn't missing, and nothing is made before it was moved away.
TEST_F(UnrecordedTest, JunkAtARecordsNameStandsInTheWay) {
  for (const std::string& key : store_.keys(support::kArchive)) {
    if (key.starts_with("s3compress_catalog/index/src/20180401.zip/"))
      store_.put(support::kArchive, key, "junk");
    if (key.starts_with("s3compress_catalog/manifest/src/20180402.zip/"))
      store_.put(support::kArchive, key, "{}");
  }
  EXPECT_THAT(found(scope_),
              ElementsAre("src/20180401.zip: something else", "src/20180402.zip: something else"));
  store_.forget_journal();
  for (const char* volume : {"src/20180401.zip", "src/20180402.zip"}) {
    for (const bool dry_run : {true, false}) {
      try {
        dry_run ? static_cast<void>(foresee_rebuild(store_, rebuild_options(), volume))
                : static_cast<void>(rebuild_records(store_, rebuild_options(), volume, clock_));
        ADD_FAILURE() << volume;
      } catch (const base::Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::damaged) << error.what();
        EXPECT_THAT(error.what(), HasSubstr("Move it away first"));
      }
    }
  }
  EXPECT_TRUE(store_.calls(Op::put).empty());
}

TEST_F(UnrecordedTest, AMarkAloneIsMadeWithoutReadingTheArchive) {
  const std::string volume = "src/20180402.zip";
  lose(volume, "s3compress_catalog/commit/");
  store_.edit(support::kArchive, volume,
              [](support::StoredObject& object) { object.thaw.kind = s3::ThawState::Kind::frozen; });
  store_.forget_journal();
  const auto missing = foresee_rebuild(store_, rebuild_options(), volume);
  ASSERT_TRUE(missing);
  EXPECT_TRUE(missing->lacks_mark && !missing->must_be_read());
  EXPECT_TRUE(store_.calls(Op::put).empty()) << "foreseen, not done";
  const Rebuilt rebuilt = rebuild_records(store_, rebuild_options(), volume, clock_);
  EXPECT_TRUE(rebuilt.mark_written && !rebuilt.manifest_written && !rebuilt.index_written);
  for (const support::Call& call : store_.calls(Op::get, volume)) EXPECT_NE(call.key, volume);
  EXPECT_EQ(missing_records(store_, support::kArchive, volume), std::nullopt);
}

TEST_F(UnrecordedTest, AMarkIsNotMadeForAnArchiveThatIsAnotherOne) {
  lose("src/20180402.zip", "s3compress_catalog/commit/");
  store_.edit(support::kArchive, "src/20180402.zip",
              [](support::StoredObject& object) { object.body.pop_back(); });
  store_.forget_journal();
  EXPECT_EQ(error_kind([&] { foresee_rebuild(store_, rebuild_options(), "src/20180402.zip"); }),
            ErrorKind::damaged);
  EXPECT_EQ(error_kind([&] { rebuild_records(store_, rebuild_options(), "src/20180402.zip", clock_); }),
            ErrorKind::damaged);
  EXPECT_TRUE(store_.calls(Op::put).empty());
}

/// What a run refuses, the dry run refuses too.
TEST_F(UnrecordedTest, TheDryRunPromisesNothingThatTheRunRefuses) {
  const auto both = [&](const std::string& volume) {
    const std::optional<ErrorKind> foreseen =
        error_kind([&] { foresee_rebuild(store_, rebuild_options(), volume); });
    EXPECT_EQ(foreseen, error_kind([&] { rebuild_records(store_, rebuild_options(), volume, clock_); }));
    return foreseen;
  };
  store_.put(support::kArchive, "src/20180404.zip", "PK not a zip");
  EXPECT_EQ(both("src/20180404.zip"), ErrorKind::unsupported);
  for (const char* volume : {"src/20180401.zip", "src/20180402.zip", "src/20180403.zip"}) {
    for (const char* folder : {"s3compress_catalog/manifest/", "s3compress_catalog/index/"})
      lose(volume, folder);
  }
  store_.edit(support::kArchive, "src/20180401.zip",
              [](support::StoredObject& object) { object.metadata.clear(); });
  EXPECT_EQ(both("src/20180401.zip"), ErrorKind::unsupported) << "a copy without its id";
  store_.edit(support::kArchive, "src/20180402.zip",
              [](support::StoredObject& object) { object.etag = "0123456789abcdef0123456789abcdef"; });
  EXPECT_EQ(both("src/20180402.zip"), ErrorKind::unsupported) << "not uploaded in parts";
  store_.edit(support::kArchive, "src/20180403.zip",
              [](support::StoredObject& object) { object.body.resize(object.body.size() - 30); });
  EXPECT_EQ(both("src/20180403.zip"), ErrorKind::damaged) << "cut off";
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
