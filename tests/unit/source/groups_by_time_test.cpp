// Groups by last-modified: the sort, the groups, and whole runs.
#include "source/groups_by_time.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "source/row_groups.h"
#include "support/promise.h"

namespace s3c::source {
namespace {

using archive::LeftReason;
using base::ErrorKind;
using support::Call;
using support::FakeStore;
using support::kArchive;
using support::kSource;
using support::Op;

/// photos/NNN.jpg, one after the other on other days: 000 on the first, 001 on the second, ...
class GroupsByTimeTest : public ::testing::Test {
 protected:
  GroupsByTimeTest() {
    store_.make_bucket(kSource);
    store_.make_bucket(kArchive);
    options_.selection.prefixes = {"photos"};
    options_.layout = catalog::Layout::by_last_modified(catalog::Period::day);
    options_.max_objects = 100;
  }

  static std::string photo(int n) { return fmt::format("photos/{:03}.jpg", n); }
  static base::Timestamp noon_of(int day) {
    return *base::parse_iso8601("2018-04-01T12:00:00.250Z") + std::chrono::days(day - 1);
  }
  void write(const std::string& key, const std::string& body, base::Timestamp time) {
    store_.put(kSource, key, body);
    store_.edit(kSource, key, [&](support::StoredObject& object) { object.last_modified = time; });
    originals_[key] = body;
  }
  void fill(int objects, int days) {
    for (int n = 0; n < objects; ++n) write(photo(n), "photo " + std::to_string(n), noon_of(n % days + 1));
  }
  std::vector<catalog::Group> find() {
    const GroupSearch search{options_.selection, options_.layout, options_.archive_name, false,
                             options_.temp_directory};
    const auto groups = groups_for(store_, search, options_.rows);
    std::vector<catalog::Group> found;
    groups->find_groups({}, [&](catalog::Group group) {
      found.push_back(std::move(group));
      return true;
    });
    return found;
  }
  archive::RunReport run() { return support::run(store_, options_); }
  std::set<std::string> archives() const {
    std::set<std::string> names;
    for (const std::string& key : store_.keys(kArchive)) {
      if (!key.starts_with("s3compress_catalog/")) names.insert(key);
    }
    return names;
  }
  static std::uint64_t left(const archive::RunReport& report, LeftReason reason) {
    const auto total = report.total();
    const auto found = total.left.by_reason().find(reason);
    return found == total.left.by_reason().end() ? 0 : found->second;
  }
  void expect_promise() { support::expect_promise(store_, watch_, originals_); }

  FakeStore store_;
  support::PromiseWatch watch_{store_};
  archive::ArchiveOptions options_ = support::small_options();
  std::map<std::string, std::string> originals_;
};

/// No reader reads a year 0000 in an archive's name.
TEST_F(GroupsByTimeTest, AYearThatNoNameCanHaveStaysAndIsNamed) {
  const base::Timestamp first_year = *base::parse_iso8601("0001-01-01T00:00:00Z");
  write(photo(0), "no year", first_year - std::chrono::milliseconds(1));
  write(photo(1), "the first year", first_year);
  write(photo(2), "1970", base::Timestamp{});
  for (const bool dated : {false, true}) {
    if (dated) options_.selection.dates = catalog::DateRange::between("2018-01-01", "2018-12-31");
    const archive::RunReport report = run();
    EXPECT_FALSE(report.total().failure);
    EXPECT_EQ(store_.keys(kSource), std::set<std::string>{photo(0)});
    if (dated) continue;
    ASSERT_EQ(report.outside.folders.named().size(), 1u);
    EXPECT_EQ(report.outside.folders.named()[0], "photos/ 0000-12-31");
    EXPECT_EQ(archives(), (std::set<std::string>{"src/00010101.zip", "src/19700101.zip"}));
  }
  expect_promise();
}

TEST_F(GroupsByTimeTest, FindsThePeriodsInOrderWithTheirObjects) {
  fill(7, 3);
  write("clips/x", "x", noon_of(2));
  options_.selection.prefixes = {"photos", "clips"};
  options_.archive_name = catalog::ArchiveName::parse("{bucket}/{prefix}/{yyyy}{mm}{dd}.zip");
  std::vector<std::string> names;
  for (const catalog::Group& group : find()) {
    names.push_back(fmt::format("{}: {} of {}, {}", group.name(), group.objects,
                                group.objects + group.objects_between, group.stem));
  }
  EXPECT_EQ(names, (std::vector<std::string>{"photos/ 2018-04-01: 3 of 7, src/photos/20180401",
                                             "clips/ 2018-04-02: 1 of 1, src/clips/20180402",
                                             "photos/ 2018-04-02: 2 of 7, src/photos/20180402",
                                             "photos/ 2018-04-03: 2 of 7, src/photos/20180403"}));
}

TEST_F(GroupsByTimeTest, DaysAndShardsLeaveGroupsOut) {
  fill(20, 10);
  options_.selection.dates = catalog::DateRange::between("2018-04-03", "2018-04-06");
  std::vector<std::string> all;
  for (const catalog::Group& group : find()) all.push_back(group.name());
  EXPECT_EQ(all, (std::vector<std::string>{"photos/ 2018-04-03", "photos/ 2018-04-04", "photos/ 2018-04-05",
                                           "photos/ 2018-04-06"}));
  std::vector<std::string> dealt_out;
  for (std::uint32_t task = 0; task < 3; ++task) {
    options_.selection.shard = {task, 3};
    for (const catalog::Group& group : find()) dealt_out.push_back(group.name());
  }
  std::sort(dealt_out.begin(), dealt_out.end());
  EXPECT_EQ(dealt_out, all);
}

TEST_F(GroupsByTimeTest, ArchivesEachDayAndDeletesWhatItHolds) {
  fill(30, 3);
  const archive::RunReport report = run();
  EXPECT_FALSE(report.total().failure);
  EXPECT_EQ(report.group_reports.size(), 3u);
  EXPECT_EQ(report.group_reports.at(1).prefix, "photos/ 2018-04-02");
  EXPECT_EQ(archives(), (std::set<std::string>{"src/20180401.zip", "src/20180402.zip", "src/20180403.zip"}));
  EXPECT_TRUE(store_.keys(kSource).empty());
  expect_promise();
  // Nothing is left to do, and the catalog isn't asked.
  store_.forget_journal();
  EXPECT_TRUE(run().group_reports.empty());
  EXPECT_TRUE(store_.calls(Op::list, "s3compress_catalog/manifest/").empty());
}

TEST_F(GroupsByTimeTest, HoursAndMonthsHaveNamesOfTheirOwn) {
  write("photos/a", "a", *base::parse_iso8601("2018-04-01T09:59:59.999Z"));
  write("photos/b", "b", *base::parse_iso8601("2018-04-01T10:00:00Z"));
  options_.keep_sources = true;
  for (const auto period : {catalog::Period::hour, catalog::Period::month}) {
    options_.layout = catalog::Layout::by_last_modified(period);
    options_.archive_name = catalog::ArchiveName::parse(catalog::default_archive_name(period));
    run();
  }
  EXPECT_EQ(archives(),
            (std::set<std::string>{"src/2018040109.zip", "src/2018040110.zip", "src/201804.zip"}));
}

TEST_F(GroupsByTimeTest, ALateArrivalGoesIntoTheNextVolumeOfItsDay) {
  fill(6, 2);
  run();
  const auto before = archives();
  write(photo(500), "late", noon_of(2));
  EXPECT_FALSE(run().total().failure);
  std::set<std::string> added = archives();
  for (const std::string& name : before) added.erase(name);
  EXPECT_EQ(added, std::set<std::string>{"src/20180402-2.zip"});
  expect_promise();
  EXPECT_TRUE(store_.keys(kSource).empty());
}

TEST_F(GroupsByTimeTest, AnOverwrittenObjectIsANewObjectOfAnotherDay) {
  fill(6, 2);
  options_.keep_sources = true;
  run();
  write(photo(0), "newer", noon_of(2));               // other bytes, another day
  write(photo(2), originals_[photo(2)], noon_of(2));  // the same bytes
  options_.keep_sources = false;
  const archive::RunReport report = run();
  EXPECT_FALSE(report.total().failure);
  EXPECT_EQ(report.total().left.count(), 0u) << "nothing is lost, so nothing is named";
  EXPECT_TRUE(report.total().lost.empty());
  EXPECT_TRUE(store_.keys(kSource).empty());
  for (const std::string& broken : watch_.broken()) ADD_FAILURE() << broken;
  support::expect_nothing_lost(store_, originals_);
  EXPECT_TRUE(archives().contains("src/20180402-2.zip"));
  const auto members = support::archived_members(store_);
  EXPECT_EQ(members.count(photo(0)), 2u);
  EXPECT_EQ(members.count(photo(2)), 2u) << "it was written twice";
}

TEST_F(GroupsByTimeTest, AnotherGroupsObjectIsNeverDeletedByAnOldVolume) {
  // Archived on day 1, and written again with the same bytes on day 5, of which this run knows nothing.
  for (const bool apart : {false, true}) {
    SCOPED_TRACE(apart);
    fill(6, 2);
    if (apart) {
      for (int n = 0; n < 200; ++n) write(fmt::format("photos/{:03}-other", n), "o", noon_of(9));
    }
    options_.keep_sources = true;
    options_.selection.dates = catalog::DateRange::between(std::nullopt, "2018-04-02");
    run();
    options_.keep_sources = false;
    std::atomic<bool> rewritten = false;
    store_.before = [&](const Call& call) {
      // After the listing that was sorted, and before the look that comes right before the deletes.
      if (call.op != Op::head || call.bucket != kArchive || rewritten.exchange(true)) return;
      store_.edit(kSource, photo(0),
                  [](support::StoredObject& object) { object.last_modified = noon_of(5); });
    };
    run();
    store_.before = {};
    EXPECT_TRUE(rewritten);
    EXPECT_TRUE(store_.keys(kSource).contains(photo(0))) << "the object of day 5 was archived by nobody";
    EXPECT_FALSE(store_.keys(kSource).contains(photo(1)));
    options_.selection.dates = {};
    run();
    EXPECT_TRUE(store_.keys(kSource).empty());
    EXPECT_TRUE(archives().contains("src/20180405.zip"));
  }
}

TEST_F(GroupsByTimeTest, WhatChangesAfterTheListingIsLeftForALaterRun) {
  fill(4, 2);
  std::atomic<bool> changed = false;
  store_.before = [&](const Call& call) {
    if (call.op != Op::get || call.bucket != kSource || changed.exchange(true)) return;
    // The same bytes, so If-Match finds nothing: only the time tells that another object is there.
    store_.edit(kSource, photo(0), [](support::StoredObject& object) { object.last_modified = noon_of(7); });
    store_.erase(kSource, photo(2));
    originals_.erase(photo(2));
  };
  options_.resources.open_groups = options_.resources.threads = 1;
  const archive::RunReport report = run();
  store_.before = {};
  EXPECT_FALSE(report.total().failure);
  EXPECT_EQ(left(report, LeftReason::changed), 1u);
  EXPECT_EQ(report.total().vanished, 1u);
  EXPECT_EQ(store_.keys(kSource), std::set<std::string>{photo(0)});
  EXPECT_FALSE(run().total().failure);
  EXPECT_TRUE(archives().contains("src/20180407.zip"));
  expect_promise();
}

TEST_F(GroupsByTimeTest, DeletesCostAListingOrAHeadForEachWhicheverIsCheaper) {
  // Of two days all keys lie close together: the listing of the bucket, and one page for each volume.
  fill(40, 2);
  run();
  EXPECT_EQ(store_.calls(Op::list, "photos/").size(), 1u + 1u + 2u) << "is there, find, two volumes";
  EXPECT_LE(store_.calls(Op::head, "photos/").size(), 1u) << "may tags be read";
  expect_promise();
  // Two objects of each of 50 days, a thousand of others: a HEAD for each object to delete.
  for (int n = 0; n < 3000; ++n)
    write(fmt::format("photos/{:04}", n), std::to_string(n), noon_of(n % 50 + 1));
  options_.selection.dates = catalog::DateRange::between(std::nullopt, "2018-04-01");
  store_.forget_journal();
  run();
  EXPECT_EQ(store_.calls(Op::list, "photos/").size(), 1u + 3u) << "is there, and find: three pages";
  EXPECT_EQ(store_.calls(Op::head, "photos/").size(), 60u + 1u)
      << "each member, and whether tags may be read";
  EXPECT_EQ(store_.keys(kSource).size(), 2940u);
  expect_promise();
}

TEST_F(GroupsByTimeTest, OnAStoreWithoutConditionsEachDeleteHasALookOfItsOwn) {
  for (int n = 0; n < 300; ++n) write(photo(n), std::to_string(n), noon_of(n % 30 + 1));
  options_.selection.dates = catalog::DateRange::between(std::nullopt, "2018-04-01");
  options_.delete_conditions = archive::DeleteConditions::ignored;
  std::atomic<int> heads = 0;
  store_.before = [&](const Call& call) {
    // Between the first look at the object and the one right before its delete.
    if (call.op == Op::head && call.bucket == kSource && call.key == photo(30) && ++heads == 2)
      store_.put(kSource, photo(30), "newer");
  };
  const archive::RunReport report = run();
  store_.before = {};
  originals_[photo(30)] = "newer";
  EXPECT_EQ(left(report, LeftReason::overwritten), 1u);
  EXPECT_EQ(store_.objects(kSource).at(photo(30)).body, "newer");
  EXPECT_EQ(store_.keys(kSource).size(), 291u);
  expect_promise();
}

TEST_F(GroupsByTimeTest, RowsGiveTheSameGroupsAsAListing) {
  fill(30, 3);
  FakeStore listed;
  std::string whole;
  std::string keys;
  for (const auto& [key, object] : store_.objects(kSource)) {
    whole.insert(
        0, fmt::format(
               "{{\"bucket\":\"src\",\"key\":\"{}\",\"size\":{},\"etag\":\"{}\",\"last_modified\":\"{}\"}}\n",
               key, object.body.size(), object.etag, base::format_iso8601(object.last_modified)));
    keys.insert(0, fmt::format("{{\"bucket\":\"src\",\"key\":\"{}\"}}\n", key));
  }
  // A row of long ago. Of one key the latest row counts, so the key is in one group.
  whole += fmt::format(
      "{{\"bucket\":\"src\",\"key\":\"{}\",\"size\":1,\"etag\":\"x\",\"last_modified\":\"2017-01-01T00:00:00Z\"}}\n",
      photo(0));
  keys += "{\"bucket\":\"src\",\"key\":\"photos/gone\"}\n{\"bucket\":\"src\",\"key\":\"elsewhere/x\"}\n";
  std::vector<std::string> expected;
  for (const catalog::Group& group : find())
    expected.push_back(fmt::format("{} {}", group.name(), group.objects));
  options_.rows.emplace();
  options_.rows->places = {"s3://rows/list.json"};
  for (const std::string& rows : {whole, keys}) {
    store_.put("rows", "list.json", rows);
    std::vector<std::string> found;
    for (const catalog::Group& group : find())
      found.push_back(fmt::format("{} {}", group.name(), group.objects));
    EXPECT_EQ(found, expected);
  }
  const archive::RunReport report = run();
  EXPECT_EQ(report.rows.rows, 32u);
  EXPECT_EQ(report.rows.elsewhere, 1u);
  EXPECT_EQ(report.rows.gone, 1u);
  EXPECT_TRUE(store_.keys(kSource).empty());
  expect_promise();
}

TEST_F(GroupsByTimeTest, VolumesOfAnotherGroupingAreNotOurs) {
  // A layout and a grouping by time whose archives have one name, and whose groups have one prefix.
  write("photos/2018/04/01/x", "x", noon_of(1));
  options_.selection.prefixes = {"photos/2018/04/01"};
  options_.keep_sources = true;
  run();
  archive::ArchiveOptions by_layout = options_;
  by_layout.selection.prefixes = {"photos"};
  by_layout.layout = catalog::Layout::parse("{prefix}/{yyyy}/{mm}/{dd}/");
  const archive::RunReport report = support::run(store_, by_layout);
  EXPECT_FALSE(report.total().failure);
  EXPECT_EQ(archives(), (std::set<std::string>{"src/20180401.zip", "src/20180401-2.zip"}));
}

TEST_F(GroupsByTimeTest, DeletingVersionsIsRefused) {
  options_.delete_versions = true;
  EXPECT_EQ(support::error_kind([&] { validate(options_); }), ErrorKind::invalid_argument);
}

TEST_F(GroupsByTimeTest, AGroupWhoseNameIsTooLongIsNamed) {
  options_.selection.prefixes = {std::string(930, 'p')};
  options_.archive_name = catalog::ArchiveName::parse("{bucket}/{prefix}/{yyyy}{mm}{dd}.zip");
  write(options_.selection.prefixes.front() + "/x", "x", noon_of(1));
  const std::vector<std::string> named = {options_.selection.prefixes.front() + "/ 2018-04-01"};
  EXPECT_EQ(run().outside.folders.named(), named);
  EXPECT_EQ(store_.keys(kSource).size(), 1u);
  // Of several tasks the first one names it, whoever it would be dealt out to.
  for (std::uint32_t task = 0; task < 4; ++task) {
    options_.selection.shard = {task, 4};
    EXPECT_EQ(run().outside.folders.named(), task == 0 ? named : std::vector<std::string>()) << task;
  }
}

}  // namespace
}  // namespace s3c::source
