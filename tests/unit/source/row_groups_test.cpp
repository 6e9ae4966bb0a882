// Rows instead of listings: the sort, the groups, and whole runs.
#include "source/row_groups.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "base/hash.h"
#include "catalog/catalog.h"
#include "source/row_sorter.h"
#include "support/promise.h"

namespace s3c::source {
namespace {

using archive::LeftReason;
using base::ErrorKind;
using support::day_key;
using support::error_kind;
using support::FakeStore;
using support::kArchive;
using support::kSource;
using support::Op;

ObjectRow row_of(const std::string& key, int milliseconds = 0) {
  ObjectRow row;
  row.object.key = key;
  row.object.size_bytes = key.size();
  row.object.etag = "etag of " + key;
  row.object.storage_class = "STANDARD";
  row.object.last_modified = base::Timestamp(std::chrono::milliseconds(milliseconds));
  row.object.version_id = "version of " + key;
  row.tells_size = row.tells_time = true;
  return row;
}

TEST(RowSorterTest, SortsWhatDoesNotFitInMemory) {
  std::mt19937 random(1);
  for (const std::size_t memory : {std::size_t{300}, std::size_t{5'000}, std::size_t{1} << 20}) {
    RowSorter sorter(base::default_temp_directory(), {}, memory);
    std::map<std::string, int> expected;
    for (int i = 0; i < 3000; ++i) {
      // Every key about twice, with bytes that compare wrongly when they are signed.
      std::string key = fmt::format("k{}\xff", random() % 1500);
      const int time = static_cast<int>(random() % 1000);
      sorter.add(row_of(key, time));
      auto& latest = expected.try_emplace(std::move(key), time).first->second;
      latest = std::max(latest, time);
    }
    const SortedRows sorted = sorter.finish();
    SortedRows::Cursor cursor = sorted.from();
    for (const auto& [key, time] : expected) {
      const std::uint64_t place = cursor.place();
      const auto row = cursor.next();
      ASSERT_TRUE(row);
      EXPECT_EQ(row->object, row_of(key, time).object);
      EXPECT_TRUE(row->is_whole());
      EXPECT_EQ(sorted.from(place).next()->object.key, key) << "a place is found again";
    }
    EXPECT_FALSE(cursor.next());
  }
  EXPECT_FALSE(RowSorter(base::default_temp_directory()).finish().from().next());
}

TEST(RowSorterTest, WhatARowTellsIsKept) {
  for (int tells = 0; tells < 16; ++tells) {
    ObjectRow row;
    row.object.key = "k";
    row.tells_size = (tells & 1) != 0;
    row.tells_time = (tells & 2) != 0;
    if (row.tells_size) row.object.size_bytes = 7;
    if (row.tells_time) row.object.last_modified = base::Timestamp(std::chrono::milliseconds(9));
    if ((tells & 4) != 0) row.object.etag = "e";
    if ((tells & 8) != 0) row.object.version_id = "v";
    RowSorter sorter(base::default_temp_directory());
    sorter.add(row);
    const auto read = sorter.finish().from().next();
    ASSERT_TRUE(read);
    EXPECT_EQ(read->object, row.object);
    EXPECT_EQ(read->tells_size, row.tells_size);
    EXPECT_EQ(read->tells_time, row.tells_time);
    EXPECT_EQ(read->is_whole(), (tells & 7) == 7);
  }
}

TEST(RowSorterTest, TheOrderOfTheInputDecidesNothing) {
  ObjectRow bare;
  bare.object.key = "k";
  ObjectRow etag = bare;
  etag.object.etag = "e";
  ObjectRow version = bare;
  version.object.version_id = "v";
  ObjectRow timed = bare;
  timed.tells_time = true;
  timed.object.last_modified = base::Timestamp(std::chrono::milliseconds(9));
  const auto first_of = [](std::vector<ObjectRow> rows) {
    RowSorter sorter(base::default_temp_directory());
    for (const ObjectRow& row : rows) sorter.add(row);
    const SortedRows sorted = sorter.finish();
    return sorted.from().next()->object;
  };
  EXPECT_EQ(first_of({bare, etag}), etag.object) << "what a row tells counts";
  EXPECT_EQ(first_of({etag, bare}), etag.object);
  EXPECT_EQ(first_of({etag, version}), first_of({version, etag}));
  EXPECT_EQ(first_of({etag, timed, version}), timed.object);
  timed.object.last_modified = base::Timestamp(-std::chrono::hours(1));
  EXPECT_EQ(first_of({etag, timed, version}), timed.object) << "a time before 1970 is one, too";
  timed.object.last_modified = {};
  EXPECT_EQ(first_of({etag, timed, version}), timed.object);
}

TEST(RowSorterTest, AStopEndsTheSort) {
  std::stop_source stop;
  RowSorter sorter(base::default_temp_directory(), stop.get_token(), 5'000);
  for (int i = 0; i < 1000; ++i) sorter.add(row_of(fmt::format("{}", i)));
  stop.request_stop();
  EXPECT_EQ(error_kind([&] { sorter.finish(); }), ErrorKind::cancelled);
}

TEST(RowSorterTest, AFullDiskIsAClearError) {
  EXPECT_EQ(error_kind([] { RowSorter("/no/such/folder", {}, 1).add(row_of("a")); }),
            ErrorKind::invalid_argument);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{4096, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  std::string message;
  try {
    RowSorter sorter(base::default_temp_directory(), {}, 100'000);
    for (int i = 0; i < 10'000; ++i) sorter.add(row_of(fmt::format("{}", i)));
  } catch (const base::Error& error) {
    message = error.what();
  }
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_NE(message.find("temporary files did not fit; make room, or name another temp_dir"),
            std::string::npos)
      << message;
}

/// A source bucket, and rows about it in the bucket "rows".
class RowRun : public ::testing::Test {
 protected:
  RowRun() {
    originals_ = support::fill(store_, 3);
    options_.max_objects = 100;
    options_.rows.emplace();
    options_.rows->places = {"s3://rows/list.json"};
  }

  std::string row(const std::string& key, bool whole = true) {
    const support::StoredObject object = store_.objects(kSource).at(key);
    if (!whole) return fmt::format("{{\"bucket\":\"src\",\"key\":\"{}\"}}\n", key);
    return fmt::format(
        "{{\"bucket\":\"src\",\"key\":\"{}\",\"size\":{},\"etag\":\"{}\",\"last_modified\":\"{}\"}}\n", key,
        object.body.size(), object.etag, base::format_iso8601(object.last_modified));
  }
  std::string all_rows(bool whole = true) {
    std::string text;
    for (const std::string& key : store_.keys(kSource))
      text.insert(0, row(key, whole));  // in the wrong order
    return text;
  }
  archive::RunReport run(const std::string& rows) {
    store_.put("rows", "list.json", rows);
    return support::run(store_, options_);
  }
  static std::uint64_t left(const archive::RunReport& report, LeftReason reason) {
    const auto total = report.total();
    const auto found = total.left.by_reason().find(reason);
    return found == total.left.by_reason().end() ? 0 : found->second;
  }

  FakeStore store_;
  support::PromiseWatch watch_{store_};
  archive::ArchiveOptions options_ = support::small_options();
  std::map<std::string, std::string> originals_;
};

TEST_F(RowRun, ArchivesTheSameGroupsAsAListing) {
  FakeStore listed;
  support::fill(listed, 3);
  archive::ArchiveOptions options = options_;
  options.rows.reset();
  support::run(listed, options);
  for (const bool whole : {true, false}) {
    const archive::RunReport report = run(all_rows(whole));
    EXPECT_FALSE(report.total().failure);
    EXPECT_EQ(report.group_reports.size(), 2u);
    support::expect_promise(store_, watch_, originals_);
    EXPECT_TRUE(store_.keys(kSource).empty());
    const auto archives = [](const FakeStore& store) {
      std::set<std::string> names;
      for (const std::string& key : store.keys(kArchive)) {
        if (!key.starts_with("s3compress_catalog/")) names.insert(key);
      }
      return names;
    };
    if (whole) {
      EXPECT_EQ(archives(store_), archives(listed));
    }
    for (auto& [key, body] : originals_) {
      if (whole) store_.put(kSource, key, body += " again");
    }
  }
}

TEST_F(RowRun, WhatTheRowsDoNotHaveStays) {
  const std::string rows = all_rows();
  store_.put(kSource, day_key(1, 50), "late");
  store_.put(kSource, "elsewhere/x", "x");
  const archive::RunReport report = run(rows + "{\"bucket\":\"src\",\"key\":\"elsewhere/x\"}\n" +
                                        "{\"bucket\":\"src\",\"key\":\"sources/beside\"}\n");
  EXPECT_EQ(store_.keys(kSource), (std::set<std::string>{day_key(1, 50), "elsewhere/x"}));
  EXPECT_EQ(report.rows.elsewhere, 1u);
  EXPECT_EQ(report.outside.objects.named(), std::vector<std::string>{"sources/beside"});
  EXPECT_TRUE(report.total().left.by_reason().empty());
}

TEST_F(RowRun, StaleRowsAreSkippedAndCounted) {
  const std::string rows = all_rows();
  store_.put(kSource, day_key(1, 0), "another");  // changed
  store_.erase(kSource, day_key(1, 1));           // gone
  const std::string same = originals_.at(day_key(2, 0));
  store_.edit(kSource, day_key(2, 0), [](support::StoredObject& object) {
    object.last_modified += std::chrono::hours(1);  // the same bytes were PUT again
  });
  const archive::RunReport report = run(rows);
  EXPECT_FALSE(report.total().failure);
  EXPECT_EQ(left(report, LeftReason::stale), 2u);
  EXPECT_EQ(report.total().vanished, 1u);
  EXPECT_EQ(store_.keys(kSource), (std::set<std::string>{day_key(1, 0), day_key(2, 0)}));
  EXPECT_EQ(store_.objects(kSource).at(day_key(1, 0)).body, "another");
  EXPECT_EQ(watch_.broken(), std::vector<std::string>());
  // The next rows have them.
  EXPECT_EQ(run(all_rows()).total().left.count(), 0u);
  EXPECT_TRUE(store_.keys(kSource).empty());
}

/// A row of JSON with any of the four things that a row may tell of a version of an object.
std::string partial_row(const std::string& key, const support::StoredObject& object, unsigned tells) {
  std::string row = fmt::format("{{\"bucket\":\"src\",\"key\":\"{}\"", key);
  if ((tells & 1) != 0) row += fmt::format(",\"etag\":\"{}\"", object.etag);
  if ((tells & 2) != 0) row += fmt::format(",\"size\":{}", object.body.size());
  if ((tells & 4) != 0)
    row += fmt::format(",\"last_modified\":\"{}\"", base::format_iso8601(object.last_modified));
  if ((tells & 8) != 0) row += fmt::format(",\"version_id\":\"{}\"", object.version_id);
  return row + "}\n";
}

TEST_F(RowRun, WhateverARowTellsOfAnOlderObjectTheNewerOneStays) {
  store_.versioned = true;
  const std::string key = day_key(1, 0);
  store_.put(kSource, key, "older");
  const support::StoredObject older = store_.objects(kSource).at(key);
  store_.put(kSource, key, "another, newer and longer");
  store_.edit(kSource, key,
              [](support::StoredObject& object) { object.last_modified += std::chrono::seconds(5); });
  for (unsigned tells = 1; tells < 16; ++tells) {
    SCOPED_TRACE(tells);
    store_.forget_journal();
    const archive::RunReport report = run(partial_row(key, older, tells));
    EXPECT_FALSE(report.total().failure);
    EXPECT_EQ(left(report, LeftReason::stale), 1u);
    EXPECT_EQ(report.total().archived().objects, 0u);
    EXPECT_EQ(store_.objects(kSource).at(key).body, "another, newer and longer");
    EXPECT_LE(store_.calls(Op::get, key).size(), 1u) << "a look is enough";
  }
  EXPECT_EQ(watch_.broken(), std::vector<std::string>());
  // The same of the newest object: it is meant.
  for (unsigned tells = 0; tells < 16; ++tells) {
    SCOPED_TRACE(tells);
    store_.put(kSource, key, fmt::format("newest {}", tells));
    const archive::RunReport report = run(partial_row(key, store_.objects(kSource).at(key), tells));
    EXPECT_EQ(report.total().archived().objects, 1u);
    EXPECT_EQ(left(report, LeftReason::stale), 0u);
    EXPECT_FALSE(store_.keys(kSource).contains(key));
  }
  EXPECT_EQ(watch_.broken(), std::vector<std::string>());
}

TEST_F(RowRun, AWrongValueInAnyPlaceOfARowMakesItStale) {
  store_.versioned = true;
  const std::string key = day_key(1, 0);
  store_.put(kSource, key, "the object");
  const support::StoredObject right = store_.objects(kSource).at(key);
  support::StoredObject wrong = right;
  wrong.etag = "0123";
  wrong.body = "of another size";
  wrong.last_modified -= std::chrono::hours(1);
  wrong.version_id = "of another version";
  // All that is told is right but one thing.
  for (unsigned tells = 1; tells < 16; ++tells) {
    for (unsigned lie = 1; lie < 16; lie *= 2) {
      if ((tells & lie) == 0) continue;
      SCOPED_TRACE(fmt::format("tells {}, lies {}", tells, lie));
      support::StoredObject told = right;
      if (lie == 1) told.etag = wrong.etag;
      if (lie == 2) told.body = wrong.body;
      if (lie == 4) told.last_modified = wrong.last_modified;
      if (lie == 8) told.version_id = wrong.version_id;
      const archive::RunReport report = run(partial_row(key, told, tells));
      EXPECT_EQ(left(report, LeftReason::stale), 1u);
      EXPECT_TRUE(store_.keys(kSource).contains(key));
    }
  }
}

TEST_F(RowRun, ARowOfABatchManifestMeansItsVersion) {
  store_.versioned = true;
  const std::string key = day_key(1, 0);
  store_.put(kSource, key, "first");
  const std::string older = store_.objects(kSource).at(key).version_id;
  store_.put(kSource, key, "second");
  const std::string newest = store_.objects(kSource).at(key).version_id;
  const archive::RunReport report = run(fmt::format("src,{},{}\n", key, older));
  EXPECT_EQ(left(report, LeftReason::stale), 1u);
  ASSERT_EQ(report.total().left.named().size(), 1u);
  const std::string why = report.total().left.named().front().detail;
  EXPECT_NE(why.find("version " + older + ", but version " + newest + " is the newest"), std::string::npos)
      << why;
  EXPECT_EQ(store_.objects(kSource).at(key).body, "second");
  EXPECT_EQ(left(run(fmt::format("src,{},{}\n", key, newest)), LeftReason::stale), 0u);
  EXPECT_FALSE(store_.keys(kSource).contains(key));
}

TEST_F(RowRun, WhereTheStoreTellsNoVersionARowOfAVersionIsStale) {
  const std::string key = day_key(1, 0);
  const archive::RunReport report = run(fmt::format("src,{},some-version\n", key));
  ASSERT_EQ(report.total().left.named().size(), 1u);
  const std::string why = report.total().left.named().front().detail;
  EXPECT_NE(why.find("the store tells no version of the object"), std::string::npos) << why;
  EXPECT_TRUE(store_.keys(kSource).contains(key));
  EXPECT_EQ(left(run(fmt::format("src,{},null\n", key)), LeftReason::stale), 0u) << "it has no other version";
  EXPECT_FALSE(store_.keys(kSource).contains(key));
}

TEST_F(RowRun, TheStorageClassIsTheStoresAndNotTheRows) {
  std::string rows = all_rows();
  for (std::size_t at = rows.find("}\n"); at != std::string::npos; at = rows.find("}\n", at + 40))
    rows.insert(at, R"(,"storage_class":"DEEP_ARCHIVE")");
  run(rows);
  std::size_t seen = 0;
  catalog::Catalog catalog(store_, kArchive);
  for (const char* stem : {"src/20180401", "src/20180402"}) {
    for (const catalog::CommittedVolume& volume : catalog.load_group(stem).committed) {
      index::IndexCursor index = catalog.open_index(volume.manifest());
      for (; const std::optional<index::Row> row = index.next(); ++seen)
        EXPECT_EQ(row->storage_class, "STANDARD");
    }
  }
  EXPECT_EQ(seen, originals_.size());
}

TEST_F(RowRun, RowsThatAreNotThereEndTheRunWithAnErrorThatIsNotASkippedObject) {
  const auto refused = [&](std::string place) {
    options_.rows->places = {std::move(place)};
    return error_kind([&] { run(""); });
  };
  store_.put("rows", "empty/folder", "");
  for (const char* place : {"s3://rows/none.json", "s3://rows/none/", "s3://rows/empty/", "/no/such/file"})
    EXPECT_EQ(refused(place), ErrorKind::invalid_argument) << place;
  options_.rows->kind = RowInput::Kind::inventory;
  EXPECT_EQ(refused("s3://rows/none/manifest.json"), ErrorKind::invalid_argument);
  store_.put("rows", "manifest.json",
             fmt::format(R"({{"sourceBucket":"src","destinationBucket":"arn:aws:s3:::rows",
      "fileFormat":"CSV","fileSchema":"Bucket, Key","files":[{{"key":"none.csv","size":1,"MD5checksum":"{}"}}]}})",
                         std::string(32, '0')));
  EXPECT_EQ(refused("s3://rows/manifest.json"), ErrorKind::invalid_argument);
  EXPECT_EQ(store_.keys(kSource).size(), originals_.size());
}

TEST_F(RowRun, ASetOfManifestsThatIsNotWholeIsRefusedBeforeAnythingIsDone) {
  const std::string rows = "bucket,key\nsrc," + day_key(1, 0) + "\n";
  const auto refused = [&](const std::string& place) {
    options_.rows->places = {place};
    return error_kind([&] { run(""); }) == ErrorKind::invalid_argument &&
           store_.keys(kSource).size() == originals_.size() && store_.keys(kArchive).empty();
  };
  store_.put("rows", "cut.csv.gz", "");
  EXPECT_TRUE(refused("s3://rows/cut.csv.gz"));
  store_.put("rows", "a/task-0000-of-0002.csv.gz", rows);
  EXPECT_TRUE(refused("s3://rows/a/")) << "one of two";
  store_.put("rows", "a/task-0001-of-0002.csv.gz", "");
  EXPECT_TRUE(refused("s3://rows/a/")) << "one has no byte";
  store_.put("rows", "a/task-0001-of-0002.csv.gz", "bucket,key\n");
  store_.put("rows", "a/task-0000-of-0001.csv.gz", rows);
  EXPECT_TRUE(refused("s3://rows/a/")) << "two splits";
  store_.erase("rows", "a/task-0000-of-0001.csv.gz");
  store_.put("rows", "a/_SUCCESS", "");
  options_.rows->places = {"s3://rows/a/"};
  const archive::RunReport report = run("");
  EXPECT_EQ(store_.keys(kSource).size(), originals_.size() - 1);
  EXPECT_FALSE(report.rows.split) << "all of it";
}

TEST_F(RowRun, APartOfASplitSaysWhichOneItIs) {
  store_.put("rows", "a/task-0001-of-0003.csv.gz", "bucket,key\nsrc," + day_key(1, 0) + "\n");
  options_.rows->places = {"s3://rows/a/task-0001-of-0003.csv.gz"};
  const archive::RunReport report = run("");
  ASSERT_TRUE(report.rows.split);
  EXPECT_EQ(report.rows.split->count, 3u);
  EXPECT_EQ(report.rows.split->tasks, std::vector<std::uint32_t>{1});
}

TEST_F(RowRun, OfAGroupOfWhichNothingIsThereNothingIsMade) {
  const std::string rows = all_rows();
  for (const auto& [key, body] : originals_) store_.erase(kSource, key);
  const archive::RunReport report = run(rows);
  EXPECT_FALSE(report.total().failure);
  EXPECT_EQ(report.total().vanished, originals_.size());
  EXPECT_EQ(store_.open_uploads(), 0u);
  EXPECT_TRUE(report.total().volumes.empty());
}

TEST_F(RowRun, RowsAreNoLicenceToDelete) {
  // An object is archived, and overwritten before its delete. Rows that still tell of the old one change nothing.
  const std::string rows = all_rows();
  options_.keep_sources = true;
  run(rows);
  store_.put(kSource, day_key(1, 0), "newer");
  options_.keep_sources = false;
  run(rows);
  EXPECT_EQ(store_.objects(kSource).at(day_key(1, 0)).body, "newer");
  EXPECT_EQ(store_.keys(kSource).size(), 1u);
  EXPECT_EQ(watch_.broken(), std::vector<std::string>());
}

TEST_F(RowRun, ARerunWithTheSameRowsDoesNothing) {
  const std::string rows = all_rows();
  run(rows);
  const auto archives = store_.keys(kArchive);
  store_.forget_journal();
  const archive::RunReport again = run(rows);
  EXPECT_EQ(again.total().already_archived, originals_.size());
  EXPECT_EQ(store_.keys(kArchive), archives);
  EXPECT_TRUE(store_.calls(Op::get, "sources/").empty());
  EXPECT_TRUE(store_.calls(Op::del, "sources/").empty());
}

TEST_F(RowRun, IncompleteRowsAreLookedUpPageByPage) {
  for (int n = 10; n < 60; ++n) {
    store_.put(kSource, day_key(1, n), "x");
    originals_[day_key(1, n)] = "x";
  }
  std::string rows = all_rows(false) + "{\"bucket\":\"src\",\"key\":\"" + day_key(1, 999) + "\"}\n";
  options_.keep_sources = true;
  store_.forget_journal();
  const archive::RunReport report = run(rows);
  EXPECT_EQ(report.rows.gone, 1u);
  support::expect_nothing_lost(store_, originals_);
  EXPECT_LE(store_.calls(Op::list, "sources/2018/04/01/").size(), 4u) << "neighbours come with one page";
  EXPECT_EQ(report.total().archived().objects, originals_.size());
}

TEST_F(RowRun, TimesThatWereRoundedAreAskedFor) {
  // The store lists milliseconds; whoever made the rows cut them off.
  std::string rows = all_rows();
  for (std::size_t at = rows.find(".0"); at != std::string::npos; at = rows.find(".0", at + 1))
    rows.replace(at, 4, ".000");
  store_.put(kSource, day_key(1, 0), originals_[day_key(1, 0)] = "another");
  const archive::RunReport report = run(rows);
  EXPECT_FALSE(report.total().failure);
  EXPECT_EQ(left(report, LeftReason::stale), 1u);
  support::expect_promise(store_, watch_, originals_);
  EXPECT_EQ(store_.keys(kSource), std::set<std::string>{day_key(1, 0)})
      << "what was archived is what the store lists, so it can be deleted";
  store_.forget_journal();
  EXPECT_EQ(run(rows).rows.gone, originals_.size() - 1);
  EXPECT_EQ(store_.calls(Op::get, "sources/").size(), store_.calls(Op::get, day_key(1, 0)).size())
      << "what a look didn't find isn't read";
}

/// The GET tells whole seconds, so only the listing before the deletes shows that a row's time was wrong.
TEST_F(RowRun, AWrongFractionOfASecondIsARowsFault) {
  const std::string key = day_key(1, 0);
  store_.edit(kSource, key, [](support::StoredObject& object) {
    object.last_modified =
        std::chrono::floor<std::chrono::seconds>(object.last_modified) + std::chrono::milliseconds(250);
  });
  std::string rows = all_rows();
  const std::size_t at = rows.find(".250Z");
  ASSERT_NE(at, std::string::npos);
  rows.replace(at, 5, ".001Z");
  const archive::RunReport report = run(rows);
  EXPECT_FALSE(report.total().failure);
  EXPECT_EQ(left(report, LeftReason::overwritten), 0u) << "nobody overwrote it";
  EXPECT_EQ(left(report, LeftReason::stale), 1u);
  const auto total = report.total();
  ASSERT_EQ(total.left.named().size(), 1u);
  EXPECT_NE(total.left.named()[0].detail.find(".250Z"), std::string::npos) << total.left.named()[0].detail;
  EXPECT_EQ(store_.keys(kSource), std::set<std::string>{key});
  // Without rows it is a new object, and goes.
  options_.rows.reset();
  EXPECT_FALSE(support::run(store_, options_).total().failure);
  EXPECT_TRUE(store_.keys(kSource).empty());
  support::expect_nothing_lost(store_, originals_);
  EXPECT_TRUE(watch_.broken().empty());
}

TEST_F(RowRun, WholeSecondsOfAStoreThatHasNoOthersCostAFewLists) {
  for (int n = 10; n < 60; ++n) store_.put(kSource, day_key(1, n), "x");
  for (const std::string& key : store_.keys(kSource)) {
    store_.edit(kSource, key, [](support::StoredObject& object) {
      object.last_modified = std::chrono::floor<std::chrono::seconds>(object.last_modified);
    });
  }
  options_.keep_sources = true;
  const std::string rows = all_rows();
  store_.forget_journal();
  EXPECT_EQ(run(rows).total().archived().objects, originals_.size() + 50);
  EXPECT_LE(store_.calls(Op::list, "sources/2018").size(), 4u);
}

TEST_F(RowRun, NothingIsDoneWhenARowIsWrong) {
  const std::string rows = all_rows();
  EXPECT_EQ(error_kind([&] { run(rows + "{\"bucket\":\"other\",\"key\":\"x\"}\n"); }),
            ErrorKind::invalid_argument);
  EXPECT_EQ(store_.keys(kSource).size(), originals_.size());
  EXPECT_TRUE(store_.keys(kArchive).empty());
}

TEST_F(RowRun, AnInventoryIsComparedWithItsMd5) {
  std::string csv;
  for (const auto& [key, object] : store_.objects(kSource)) {
    csv += fmt::format("\"src\",\"{}\",\"{}\",\"{}\",\"{}\"\n", base::percent_encode(key), object.body.size(),
                       base::format_iso8601(object.last_modified), object.etag);
  }
  store_.put("rows", "data/1.csv", csv);
  const auto manifest = [&](const std::string& md5) {
    return fmt::format(
        R"({{"sourceBucket":"src","destinationBucket":"arn:aws:s3:::rows","fileFormat":"CSV",
        "fileSchema":"Bucket, Key, Size, LastModifiedDate, ETag",
        "files":[{{"key":"data/1.csv","size":1,"MD5checksum":"{}"}}]}})",
        md5);
  };
  options_.rows->kind = RowInput::Kind::inventory;
  EXPECT_EQ(error_kind([&] { run(manifest(std::string(32, '0'))); }), ErrorKind::corrupt);
  EXPECT_EQ(store_.keys(kSource).size(), originals_.size());
  EXPECT_FALSE(run(manifest(base::to_hex(base::md5(csv)))).total().failure);
  support::expect_promise(store_, watch_, originals_);
  EXPECT_TRUE(store_.keys(kSource).empty());
}

TEST(RowInputTest, PlacesMustBeReadable) {
  const auto refused = [](RowInput::Kind kind, std::vector<std::string> places) {
    return error_kind([&] { validate(RowInput{.kind = kind, .places = std::move(places)}); }) ==
           ErrorKind::invalid_argument;
  };
  for (const char* place : {"manifest.json", "s3://", "s3://b", "s3://b/", "s3://b/folder/"})
    EXPECT_TRUE(refused(RowInput::Kind::inventory, {place})) << place;
  EXPECT_FALSE(refused(RowInput::Kind::inventory, {"s3://b/x/manifest.json"}));
  EXPECT_TRUE(refused(RowInput::Kind::manifest, {}));
  EXPECT_TRUE(refused(RowInput::Kind::manifest, {"-", "-"}));
  EXPECT_TRUE(refused(RowInput::Kind::manifest, {"s3://b"}));
  EXPECT_FALSE(refused(RowInput::Kind::manifest, {"-", "file", "s3://b/k", "s3://b/p/"}));
}

}  // namespace
}  // namespace s3c::source
