// Everything that is read: groups, listings, the catalog, what lies in which volume.
#include "archive/catalog.h"

#include <gtest/gtest.h>

#include "archive/archived_members.h"
#include "archive/catalog_listing.h"
#include "archive/group_finder.h"
#include "archive/source_listing.h"
#include "archive/store_powers.h"
#include "base/ulid.h"
#include "promise.h"

namespace s3c::archive {
namespace {

using base::ErrorKind;
using testing::Call;
using testing::day_key;
using testing::error_kind;
using testing::FakeStore;
using testing::Op;
using testing::store_error;

ArchiveOptions of_2018() {
  ArchiveOptions options = testing::small_options();
  options.selection.dates = DateRange::years({2018});
  return options;
}

std::vector<std::string> groups_of(FakeStore& store, const ArchiveOptions& options) {
  std::vector<std::string> prefixes;
  find_groups(store, options, {}, [&](Group group) {
    prefixes.push_back(group.prefix);
    return true;
  });
  return prefixes;
}

TEST(GroupFinder, ListsLevelsNotDays) {
  FakeStore store;
  for (int month = 1; month <= 12; ++month) {
    for (int day = 1; day <= 28; ++day)
      store.put(testing::kSource, fmt::format("sources/2018/{:02}/{:02}/a", month, day), "x");
  }
  for (const char* year : {"2016", "2017", "2019"})
    store.put(testing::kSource, fmt::format("sources/{}/01/01/a", year), "x");
  const auto prefixes = groups_of(store, of_2018());
  EXPECT_EQ(prefixes.size(), 12u * 28u);
  EXPECT_TRUE(std::is_sorted(prefixes.begin(), prefixes.end()));
  EXPECT_EQ(store.calls(Op::list).size(), 1u + 1u + 12u);
}

TEST(GroupFinder, PassesOverWhatIsNoDay) {
  FakeStore store;
  for (const char* key :
       {"sources/2018/02/28/a", "sources/2018/02/29/a", "sources/2016/02/29/a", "sources/2018/13/01/a",
        "sources/2018/readme", "sources/tmp/x", "sources/2018/04/1/a", "sources/20180401/a", "sources/a",
        "sources2/2018/01/01/a", "sources/2018/04/01", "sources/2018/05/01/deep/er/a"})
    store.put(testing::kSource, key, "x");
  ArchiveOptions options = testing::small_options();
  EXPECT_EQ(groups_of(store, options),
            (std::vector<std::string>{"sources/2016/02/29/", "sources/2018/02/28/", "sources/2018/05/01/"}));
  options.selection.dates = DateRange::between("2018-03-01", std::nullopt);
  EXPECT_EQ(groups_of(store, options), (std::vector<std::string>{"sources/2018/05/01/"}));
}

TEST(GroupFinder, GoesOnToTheNextPageAndStopsWhenAsked) {
  FakeStore store;
  store.page_size = 2;
  for (int day = 1; day <= 7; ++day) store.put(testing::kSource, day_key(day, 0), "x");
  EXPECT_EQ(groups_of(store, of_2018()).size(), 7u);
  int seen = 0;
  find_groups(store, of_2018(), {}, [&](const Group&) { return ++seen < 3; });
  EXPECT_EQ(seen, 3);
}

TEST(GroupFinder, DoesNotBelieveAPageThatComesAgain) {
  FakeStore store;
  store.put(testing::kSource, day_key(1, 0), "x");
  store.alter_list = [](const s3::ListObjectsRequest&, s3::ListObjectsPage& page) {
    page.next_continuation_token = "again";
    page.common_prefixes = {"sources/2018/"};
  };
  EXPECT_EQ(error_kind([&] { groups_of(store, of_2018()); }), ErrorKind::corrupt);
  store.alter_list = [](const s3::ListObjectsRequest&, s3::ListObjectsPage& page) {
    page.common_prefixes = {"x/"};
  };
  EXPECT_EQ(error_kind([&] { groups_of(store, of_2018()); }), ErrorKind::corrupt);
}

std::vector<std::string> listed(FakeStore& store, const Selection& selection = {},
                                const std::string& start_after = "",
                                base::Timestamp now = base::Timestamp::max()) {
  SourceListing listing(store, testing::kSource, "sources/2018/04/01/", start_after,
                        ObjectFilter(selection, now));
  std::vector<std::string> keys;
  while (const s3::ObjectSummary* object = listing.peek()) {
    keys.push_back(object->key);
    listing.pop();
  }
  EXPECT_EQ(listing.peek(), nullptr);
  return keys;
}

TEST(SourceListing, GoesThroughAllPagesAsksAheadAndOnlyWhenAsked) {
  FakeStore store;
  testing::fill(store, 10);
  store.page_size = 3;
  EXPECT_EQ(listed(store).size(), 10u);
  EXPECT_EQ(listed(store, {}, day_key(1, 7)).size(), 2u);
  store.forget_journal();
  {
    SourceListing listing(store, testing::kSource, "sources/2018/04/01/", "",
                          ObjectFilter({}, base::Timestamp::max()));
    EXPECT_TRUE(store.journal().empty());
    ASSERT_NE(listing.peek(), nullptr);
    EXPECT_EQ(listing.peek()->key, day_key(1, 0));
  }
  EXPECT_EQ(store.journal().size(), 2u) << "one page and the next ahead of it";
}

TEST(SourceListing, Filters) {
  FakeStore store;
  testing::fill(store, 10, 1);
  Selection selection;
  selection.include = {"*00?.xml"};
  selection.exclude = {"*3.xml", "*/2018/*7.xml"};
  EXPECT_EQ(listed(store, selection).size(), 8u);
  selection.include = {"nothing"};
  EXPECT_TRUE(listed(store, selection).empty());
  Selection young;
  young.min_age = std::chrono::seconds(1);
  // Objects are a millisecond apart from each other.
  const base::Timestamp third = store.objects(testing::kSource).at(day_key(1, 2)).last_modified;
  EXPECT_EQ(listed(store, young, "", third + std::chrono::seconds(1)).size(), 3u);
}

TEST(SourceListing, DoesNotBelieveKeysThatDoNotAscend) {
  FakeStore store;
  testing::fill(store, 6, 1);
  store.page_size = 3;
  const std::vector<std::function<void(const s3::ListObjectsRequest&, s3::ListObjectsPage&)>> lies = {
      [](const auto&, auto& page) { std::swap(page.objects[0], page.objects[1]); },
      [](const auto&, auto& page) { page.objects[1] = page.objects[0]; },
      [](const auto& request, auto& page) {
        if (!request.continuation_token.empty()) page.objects[0].key = day_key(1, 2);
      },
      [](const auto&, auto& page) { page.objects[0].key = "sources/2018/04/00/x"; },
      [](const auto& request, auto& page) {
        if (!request.continuation_token.empty()) page.objects[2].key = "sources/2018/04/02/x";
      },
  };
  for (std::size_t i = 0; i < lies.size(); ++i) {
    store.alter_list = lies[i];
    EXPECT_EQ(error_kind([&] { listed(store); }), ErrorKind::corrupt) << "lie " << i;
  }
}

TEST(SourceListing, APageThatFailsIsNoEnd) {
  FakeStore store;
  testing::fill(store, 6, 1);
  store.page_size = 3;
  store.before = [](const Call& c) {
    if (!c.range_or_token.empty()) throw store_error(ErrorKind::transient, "InternalError");
  };
  EXPECT_EQ(error_kind([&] { listed(store); }), ErrorKind::transient);
}

TEST(CatalogKeys, AreAsTheDesignSays) {
  EXPECT_EQ(manifest_key("b/20170210.zip", "ID"), "s3compress_catalog/manifest/b/20170210.zip/ID.json");
  EXPECT_EQ(index_key("b/20170210.zip", "ID"), "s3compress_catalog/index/b/20170210.zip/ID.jsonl.gz");
  EXPECT_TRUE(probe_key("ID").starts_with(kCatalogPrefix));
}

class CatalogTest : public ::testing::Test {
 protected:
  CatalogTest() {
    testing::fill(store_, 3, 1);
    ArchiveOptions options = testing::small_options();
    options.keep_sources = true;
    EXPECT_FALSE(testing::run(store_, options).total().failure);
  }
  GroupState load() { return catalog_.load_group("src/20180401"); }
  std::string manifest_of(const std::string& archive) {
    for (const std::string& key : store_.keys(testing::kArchive)) {
      if (key.find("manifest/" + archive + "/") != std::string::npos) return key;
    }
    return "";
  }

  FakeStore store_;
  Catalog catalog_{store_, testing::kArchive};
};

TEST_F(CatalogTest, FindsAGroupsVolumesAndNoOthers) {
  EXPECT_EQ(load().committed.size(), 2u);
  const std::string text = store_.objects(testing::kArchive).at(manifest_of("src/20180401.zip")).body;
  const std::string id = base::make_ulid({});
  for (const char* name :
       {"src/201804011.zip", "src/20180401-02.zip", "src/20180401-x.zip", "src/2018040.zip"})
    store_.put(testing::kArchive, manifest_key(name, id), text);
  const std::string folder = "s3compress_catalog/manifest/src/20180401.zip/";
  for (const char* name : {"notes.txt", "lower.json", "01J.json", ".json"})
    store_.put(testing::kArchive, folder + name, "foreign");
  EXPECT_EQ(load().committed.size(), 2u);
  EXPECT_EQ(load().listed.size(), 2u);
  EXPECT_EQ(catalog_.list_volume("src/20180401.zip").size(), 1u);
  store_.page_size = 1;
  EXPECT_EQ(load().committed.size(), 2u) << "over several pages";
}

TEST_F(CatalogTest, AManifestWithoutItsArchiveIsListedOnly) {
  store_.erase(testing::kArchive, "src/20180401.zip");
  EXPECT_EQ(load().committed.size(), 1u);
  EXPECT_EQ(load().listed.size(), 2u);
}

TEST_F(CatalogTest, AManifestInTheWrongPlaceIsCorrupt) {
  const std::string text = store_.objects(testing::kArchive).at(manifest_of("src/20180401.zip")).body;
  const std::string wrong_id = manifest_key("src/20180401.zip", base::make_ulid({}));
  store_.put(testing::kArchive, wrong_id, text);
  EXPECT_EQ(error_kind([&] { load(); }), ErrorKind::corrupt);
  store_.erase(testing::kArchive, wrong_id);
  const std::string key = manifest_of("src/20180401.zip");
  const std::string wrong_volume =
      "s3compress_catalog/manifest/src/20180401-7.zip" + key.substr(key.rfind('/'));
  store_.put(testing::kArchive, wrong_volume, text);
  EXPECT_EQ(error_kind([&] { load(); }), ErrorKind::corrupt);
  store_.erase(testing::kArchive, wrong_volume);
  store_.put(testing::kArchive, key, text.substr(0, text.size() / 2));
  EXPECT_EQ(error_kind([&] { load(); }), ErrorKind::corrupt);
}

TEST_F(CatalogTest, AByteChangedOnItsWayIsNoOtherManifest) {
  int damaged = 0;
  int damage = 2;
  store_.alter_get = [&](const std::string& key, s3::GetObjectResult& got) {
    if (key != manifest_of("src/20180401.zip") || damaged++ >= damage) return;
    const std::size_t at = got.body.find(day_key(1, 0));  // the first key: another one, and it parses
    ASSERT_NE(at, std::string::npos);
    --got.body[at + std::string("sources/").size()];
  };
  EXPECT_EQ(load().committed.size(), 2u) << "read again";
  damaged = 0;
  damage = 3;
  EXPECT_EQ(error_kind([&] { load(); }), ErrorKind::corrupt);
}

TEST_F(CatalogTest, AManifestThatGoesWhileWeReadIsNoTroubleButAnErrorIs) {
  const std::string key = manifest_of("src/20180401.zip");
  store_.before = [&](const Call& c) {
    if (c.op == Op::get && c.key == key) store_.erase(testing::kArchive, key);
  };
  EXPECT_EQ(load().committed.size(), 1u);
  store_.before = [](const Call& c) {
    if (c.op == Op::head) throw store_error(ErrorKind::transient, "SlowDown");
  };
  EXPECT_EQ(error_kind([&] { load(); }), ErrorKind::transient);
}

TEST_F(CatalogTest, RemovesTheManifestFirstAndReadsTheAnswer) {
  const auto state = load();
  store_.forget_journal();
  catalog_.remove(state.committed[0].manifest());
  const auto deletes = store_.calls(Op::del);
  ASSERT_EQ(deletes.size(), 3u);
  EXPECT_NE(deletes[0].key.find("/manifest/"), std::string::npos);
  EXPECT_NE(deletes[1].key.find("/index/"), std::string::npos);
  EXPECT_NE(deletes[2].key.find("/take_back/"), std::string::npos);
  store_.alter_delete = [](auto& results) {
    results[0].outcome = s3::DeleteResult::Outcome::refused;
    results[0].code = "SlowDown";
  };
  EXPECT_EQ(error_kind([&] { catalog_.remove(state.committed[1].manifest()); }), ErrorKind::throttled);
}

TEST(CatalogListing, MergesManifestsAndIndexes) {
  FakeStore store;
  store.make_bucket(testing::kArchive);
  store.page_size = 2;
  const auto id = [](char c) { return "01ARZ3NDEKTSV4RRFFQ69G5FA" + std::string(1, c); };
  const auto put = [&](const std::string& key) { store.put(testing::kArchive, key, "four"); };
  for (const auto& [archive, c] : std::vector<std::pair<std::string, char>>{
           {"a.zip", 'B'}, {"a.zip", 'C'}, {"a.zip/x.zip", 'A'}, {"b.zip", 'A'}})
    put(manifest_key(archive, id(c)));
  for (const auto& [archive, c] : std::vector<std::pair<std::string, char>>{
           {"a.zip", 'A'}, {"a.zip", 'C'}, {"a.zip/x.zip", 'A'}, {"c.zip", 'A'}, {"c.zip", 'B'}})
    put(index_key(archive, id(c)));
  put("s3compress_catalog/manifest/a.zip/notes.json");
  put("s3compress_catalog/manifest/" + id('A') + ".json");
  put("s3compress_catalog/index/z.zip/" + id('A') + ".json");
  std::vector<std::string> found;
  CatalogListing listing(store, testing::kArchive);
  while (const auto record = listing.next()) {
    EXPECT_EQ(record->manifest_bytes.value_or(4), 4u);
    EXPECT_EQ(record->index_bytes.value_or(4), 4u);
    EXPECT_GT(record->last_modified, base::Timestamp{});
    found.push_back(record->name.archive_key + " " + record->name.id.back() +
                    (record->manifest_bytes ? " manifest" : "") + (record->index_bytes ? " index" : ""));
  }
  EXPECT_EQ(found, (std::vector<std::string>{"a.zip A index", "a.zip B manifest", "a.zip C manifest index",
                                             "a.zip/x.zip A manifest index", "b.zip A manifest",
                                             "c.zip A index", "c.zip B index"}));
  EXPECT_FALSE(listing.next());
}

TEST_F(CatalogTest, RemovesNothingThatAManifestOnlyClaims) {
  auto state = load();
  index::Manifest liar = state.committed[0].manifest();
  liar.index_key = state.committed[1].manifest().index_key;
  catalog_.remove(liar);
  EXPECT_TRUE(store_.keys(testing::kArchive).contains(liar.index_key));
  liar.index_key = liar.archive_key;
  catalog_.remove(liar);
  EXPECT_TRUE(store_.keys(testing::kArchive).contains(liar.archive_key));
  EXPECT_EQ(error_kind([&] { catalog_.remove_object(liar.archive_key); }), ErrorKind::internal);
  EXPECT_TRUE(store_.keys(testing::kArchive).contains(liar.archive_key));
}

TEST_F(CatalogTest, TheMergeJoinKnowsEveryMemberAndNothingElse) {
  store_.put(testing::kSource, day_key(1, 1), "overwritten");
  store_.put(testing::kSource, "sources/2018/04/01/000.xm", "before the first");
  store_.put(testing::kSource, "sources/2018/04/01/000.xmlx", "between");
  store_.put(testing::kSource, "sources/2018/04/01/zzz", "behind the last");
  const GroupState state = load();
  ArchivedMembers archived(catalog_, state.committed);
  EXPECT_TRUE(archived.volumes_with_sources().empty());
  SourceListing listing(store_, testing::kSource, "sources/2018/04/01/", "",
                        ObjectFilter({}, base::Timestamp::max()));
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

StorePowers powers_of(FakeStore& store) {
  store.make_bucket(testing::kSource);
  store.make_bucket(testing::kArchive);
  ArchiveOptions options = testing::small_options();
  options.conditional_complete.reset();
  options.additional_checksums.reset();
  options.delete_conditions.reset();
  return find_powers(store, options, {});
}

void expect_nothing_left(const FakeStore& store) {
  EXPECT_TRUE(store.keys(testing::kArchive).empty());
  EXPECT_TRUE(store.keys(testing::kSource).empty());
  EXPECT_EQ(store.open_uploads(), 0u);
}

TEST(StorePowers, AreFoundOutByTryingAndNothingIsLeftBehind) {
  for (int bits = 0; bits < 4; ++bits) {
    FakeStore store({.conditional_complete = (bits & 1) != 0, .checksums = (bits & 2) != 0});
    const StorePowers powers = powers_of(store);
    EXPECT_EQ(powers.conditional_complete, (bits & 1) != 0);
    EXPECT_TRUE(powers.takes_complete_condition);
    EXPECT_EQ(powers.additional_checksums, (bits & 2) != 0);
    expect_nothing_left(store);
    EXPECT_LE(store.journal().size(), 16u);
    for (const Call& call : store.journal()) EXPECT_EQ(call.bucket, testing::kArchive);
  }
}

TEST(StorePowers, NoTrialMakesAStoreOneThatCompletesAtomically) {
  FakeStore stranger;
  stranger.is_known = false;
  EXPECT_FALSE(powers_of(stranger).conditional_complete);
  EXPECT_TRUE(powers_of(stranger).takes_complete_condition);
}

TEST(StorePowers, AConditionThatHoldsForOneAtATimeOnlyIsNone) {
  FakeStore store;
  store.blind_completes = 2;  // as two that arrive at once
  EXPECT_FALSE(powers_of(store).conditional_complete);
  expect_nothing_left(store);
}

TEST(StorePowers, RefusalsMeanNo) {
  FakeStore store;
  store.refuses_checksum_header = true;
  store.before = [](const Call& c) {
    if (c.op == Op::complete && c.number <= 6) throw store_error(ErrorKind::unsupported, "NotImplemented");
  };
  const StorePowers powers = powers_of(store);
  EXPECT_FALSE(powers.additional_checksums);
  EXPECT_FALSE(powers.conditional_complete);
  EXPECT_FALSE(powers.takes_complete_condition) << "a run mustn't send what is refused";
  expect_nothing_left(store);
}

TEST(StorePowers, AChecksumThatIsRefusedLateLeavesNoUpload) {
  FakeStore store;
  int parts = 0;
  store.before = [&](const Call& c) {
    if (c.op == Op::part && ++parts == 3) throw store_error(ErrorKind::invalid_argument, "InvalidRequest");
  };
  EXPECT_FALSE(powers_of(store).additional_checksums);
  expect_nothing_left(store);
}

TEST(StorePowers, AWrongChecksumIsNoPower) {
  FakeStore store;
  store.alter_head = [](const std::string&, s3::ObjectHead& head) { head.checksums[0].value = "AAAAAA=="; };
  EXPECT_FALSE(powers_of(store).additional_checksums);
}

TEST(StorePowers, TroubleIsAnErrorAndLeavesNothingEither) {
  for (const Op op : {Op::create, Op::part, Op::head, Op::complete}) {
    FakeStore store;
    store.before = [op, broken = false](const Call& c) mutable {
      if (c.op == op && !std::exchange(broken, true))
        throw store_error(ErrorKind::transient, "InternalError");
    };
    EXPECT_EQ(error_kind([&] { powers_of(store); }), ErrorKind::transient);
    expect_nothing_left(store);
  }
  FakeStore locked;
  locked.alter_delete = [](auto& results) { results[0].outcome = s3::DeleteResult::Outcome::refused; };
  EXPECT_EQ(error_kind([&] { powers_of(locked); }), ErrorKind::access_denied);
}

TEST(StorePowers, WhatIsFixedIsNotTried) {
  FakeStore store;
  store.make_bucket(testing::kArchive);
  ArchiveOptions options = testing::small_options();
  options.conditional_complete = true;
  options.additional_checksums = false;
  const StorePowers powers = find_powers(store, options, {});
  EXPECT_TRUE(powers.conditional_complete);
  EXPECT_FALSE(powers.additional_checksums);
  EXPECT_EQ(store.journal().size(), 8u) << "what an abort does is always tried";
}

TEST(StorePowers, AStoreWhoseAbortsRemoveObjectsIsRefused) {
  FakeStore store;
  store.after = [&store](const Call& c) {
    if (c.op == Op::abort) store.erase(testing::kArchive, c.key);
  };
  EXPECT_EQ(error_kind([&] { powers_of(store); }), ErrorKind::unsupported);
  expect_nothing_left(store);
}

TEST(StorePowers, OneAbortedByGcIsMadeAgain) {
  for (const Op op : {Op::part, Op::complete}) {
    FakeStore store;
    int met = 0;
    store.before = [&met, op](const Call& c) {
      if (c.op == op && ++met == 1) throw store_error(ErrorKind::not_found, "NoSuchUpload");
    };
    powers_of(store);
    expect_nothing_left(store);
    met = -1'000'000;
    store.before = [op](const Call& c) {
      if (c.op == op) throw store_error(ErrorKind::not_found, "NoSuchUpload");
    };
    EXPECT_EQ(error_kind([&] { powers_of(store); }), ErrorKind::transient);
    expect_nothing_left(store);
  }
}

TEST(StorePowers, AStopEndsTheProbeBetweenTwoRequests) {
  for (int k = 1; k <= 12; ++k) {
    SCOPED_TRACE(k);
    FakeStore store;
    store.make_bucket(testing::kArchive);
    std::stop_source stop;
    store.before = [&](const Call& c) {
      if (c.number == k) stop.request_stop();
    };
    ArchiveOptions options = testing::small_options();
    options.conditional_complete.reset();
    options.additional_checksums.reset();
    EXPECT_EQ(error_kind([&] { find_powers(store, options, stop.get_token()); }), ErrorKind::cancelled);
    EXPECT_LE(store.journal().size(), static_cast<std::size_t>(k) + 1) << "two Completes are sent at once";
  }
}

}  // namespace
}  // namespace s3c::archive
