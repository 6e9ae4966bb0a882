// Finding members through the catalog: what is asked for, in which order results come, and what is told of
// volumes that can't be searched.
#include "catalog/member_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "catalog/volume_listing.h"
#include "catalog/volume_state.h"
#include "support/promise.h"

namespace s3c::catalog {
namespace {

using base::ErrorKind;
using support::Call;
using support::day_key;
using support::FakeStore;
using support::Op;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class MemberSearchTest : public ::testing::Test {
 protected:
  MemberSearchTest() {
    scope_.archive_bucket = support::kArchive;
    scope_.bucket = support::kSource;
  }
  /// Five objects on each of three days, two in a volume.
  void archive() {
    originals_ = support::fill(store_, 5, 3);
    ASSERT_FALSE(support::run(store_, support::small_options()).total().failure);
    store_.forget_journal();
  }
  SearchReport search(const MemberQuery& query, const std::string& volume = "") {
    found_.clear();
    unsearched_.clear();
    return search_members(store_, {scope_, query, volume, 4}, {}, [this](FoundKey&& found) {
      for (const FoundMember& member : found.members)
        found_.emplace_back(member.manifest->archive_key, member.row.key);
      if (!found.unsearched.empty()) unsearched_[found.members.front().row.key] = found.unsearched;
    });
  }
  std::vector<std::string> keys() const {
    std::vector<std::string> keys;
    for (const auto& [volume, key] : found_) keys.push_back(key);
    std::sort(keys.begin(), keys.end());
    return keys;
  }
  std::string manifest_of(const std::string& archive_key) {
    for (const std::string& key : store_.keys(support::kArchive)) {
      const auto name = parse_manifest_key(key);
      if (name && name->archive_key == archive_key) return key;
    }
    return {};
  }
  std::map<std::string, VolumeState> states() {
    std::map<std::string, VolumeState> states;
    Catalog catalog(store_, support::kArchive);
    VolumeListing listing(store_, scope_);
    while (const auto volume = listing.next())
      states[volume->archive_key] = find_state(store_, catalog, *volume).state;
    return states;
  }

  FakeStore store_;
  CatalogScope scope_;
  std::map<std::string, std::string> originals_;
  std::vector<std::pair<std::string, std::string>> found_;
  std::map<std::string, std::string> unsearched_;  // by key
};

TEST_F(MemberSearchTest, AKeyOfAKnownDayCostsSixRequests) {
  support::fill(store_, 2, 3);
  ASSERT_FALSE(support::run(store_, support::small_options()).total().failure);
  store_.forget_journal();
  EXPECT_EQ(search(MemberQuery({day_key(2, 1)}, {})).members, 1u);
  EXPECT_THAT(found_, ElementsAre(std::pair<std::string, std::string>("src/20180402.zip", day_key(2, 1))));
  EXPECT_EQ(store_.calls(Op::list).size(), 4u) << "layout notes; archives, marks and manifests of the day";
  EXPECT_EQ(store_.calls(Op::get).size(), 2u);
  EXPECT_EQ(store_.journal().size(), 6u);
}

/// The pages of a listing are of different moments. What was committed in between is no damage.
TEST_F(MemberSearchTest, AManifestThatWasWrittenAfterItsPageWasListedIsSeen) {
  archive();
  Catalog catalog(store_, support::kArchive);
  VolumeListing listing(store_, scope_);
  ListedVolume volume = listing.next().value();
  ASSERT_EQ(find_state(store_, catalog, volume).state, VolumeState::committed);
  volume.record->manifest_bytes.reset();
  EXPECT_EQ(find_state(store_, catalog, volume).state, VolumeState::committed) << "only its mark was listed";
  volume.record.reset();
  EXPECT_EQ(find_state(store_, catalog, volume).state, VolumeState::committed)
      << "only its archive was listed";
  store_.erase(support::kArchive, manifest_of(volume.archive_key));
  EXPECT_EQ(find_state(store_, catalog, volume).state, VolumeState::no_manifest);
}

TEST_F(MemberSearchTest, OnlyVolumesWhoseKeysSurroundItAreLookedInto) {
  archive();
  const SearchReport report = search(MemberQuery({day_key(1, 4)}, {}));
  EXPECT_EQ(report.volumes, 1u);
  EXPECT_THAT(keys(), ElementsAre(day_key(1, 4)));
}

TEST_F(MemberSearchTest, KeysComeInOrderWhateverVolumeTheyAreIn) {
  archive();
  // A second volume of each day, whose keys lie between those of the others.
  for (int day = 1; day <= 3; ++day) store_.put(support::kSource, day_key(day, 2), "again");
  ASSERT_FALSE(support::run(store_, support::small_options()).total().failure);
  const SearchReport report = search(MemberQuery({}, {"*"}));
  EXPECT_EQ(report.members, originals_.size() + 3);
  std::vector<std::string> in_order;
  for (const auto& [volume, key] : found_) in_order.push_back(key);
  EXPECT_TRUE(std::is_sorted(in_order.begin(), in_order.end()));
  EXPECT_EQ(search(MemberQuery({}, {"*/02/00[13].xml"})).members, 2u);
  EXPECT_THAT(keys(), ElementsAre(day_key(2, 1), day_key(2, 3)));
}

TEST_F(MemberSearchTest, AllMembersOfAKeyComeTogether) {
  archive();
  store_.put(support::kSource, day_key(1, 2), "again");
  ASSERT_FALSE(support::run(store_, support::small_options()).total().failure);
  std::vector<std::size_t> members;
  search_members(store_, {scope_, MemberQuery(), "", 4}, {},
                 [&](FoundKey&& found) { members.push_back(found.members.size()); });
  EXPECT_EQ(members.size(), originals_.size());
  EXPECT_EQ(std::count(members.begin(), members.end(), 2u), 1);
}

TEST_F(MemberSearchTest, WhatAnUnreadVolumeMayHoldIsSaidOfEachKey) {
  archive();  // two objects in a volume: src/20180401.zip has 000 and 001
  store_.put(support::kSource, day_key(1, 0), "again");
  store_.put(support::kSource, day_key(1, 1), "again");
  ASSERT_FALSE(support::run(store_, support::small_options()).total().failure);
  const auto damage = [this](const std::string& key) {
    store_.edit(support::kArchive, key, [](support::StoredObject& object) { object.body.at(20) ^= 1; });
  };
  // Of a volume whose index can't be read, the range of keys is known.
  const std::string manifest = manifest_of("src/20180401-4.zip");
  ASSERT_FALSE(manifest.empty());
  const auto name = *parse_manifest_key(manifest);
  damage(index_key(name.archive_key, name.id));
  search(MemberQuery());
  EXPECT_THAT(unsearched_,
              ElementsAre(std::pair<const std::string, std::string>(day_key(1, 0), name.archive_key),
                          std::pair<const std::string, std::string>(day_key(1, 1), name.archive_key)));
  // Of one whose manifest can't be read, only the group is known, by its name.
  damage(manifest);
  search(MemberQuery());
  ASSERT_EQ(unsearched_.size(), 5u);
  EXPECT_EQ(unsearched_.begin()->second, name.archive_key);
  EXPECT_FALSE(unsearched_.contains(day_key(2, 0)));
}

TEST_F(MemberSearchTest, AnUnreadVolumeOfAnotherTimeMayHoldAnyKey) {
  // One key on two days, grouped by time: the name of the second day's archive says nothing of its keys.
  store_.make_bucket(support::kSource);
  store_.make_bucket(support::kArchive);
  archive::ArchiveOptions options = support::small_options();
  options.layout = Layout::by_last_modified(Period::day);
  for (const char* day : {"2018-04-01T00:00:00Z", "2018-04-02T00:00:00Z"}) {
    store_.put(support::kSource, "sources/x", day);
    store_.edit(support::kSource, "sources/x",
                [&](support::StoredObject& object) { object.last_modified = *base::parse_iso8601(day); });
    ASSERT_FALSE(support::run(store_, options).total().failure);
  }
  search(MemberQuery({"sources/x"}, {}));
  EXPECT_EQ(found_.size(), 2u) << "the key tells no group, so both are read";
  EXPECT_TRUE(unsearched_.empty());
  store_.edit(support::kArchive, manifest_of("src/20180402.zip"),
              [](support::StoredObject& object) { object.body.at(20) ^= 1; });
  for (const bool told : {false, true}) {
    // Whether the reader was told how the objects were grouped or not: the other manifest says it.
    if (told) scope_.layout = options.layout;
    search(MemberQuery({"sources/x"}, {}));
    EXPECT_THAT(unsearched_,
                ElementsAre(std::pair<const std::string, std::string>("sources/x", "src/20180402.zip")));
  }
  // Another task may have the newer object, and this one can't know.
  scope_.shard = {Shard{0, 2}.owns("src/20180401") ? 0u : 1u, 2};
  EXPECT_EQ(support::error_kind([&] { search(MemberQuery()); }), base::ErrorKind::invalid_argument);
}

TEST_F(MemberSearchTest, DatesAndBucketsNarrowTheSearch) {
  archive();
  scope_.dates = DateRange::between("2018-04-02", "2018-04-02");
  EXPECT_EQ(search(MemberQuery()).members, 5u);
  scope_.dates = {};
  scope_.bucket = "other";
  EXPECT_EQ(search(MemberQuery()).members, 0u);
  scope_.bucket.clear();  // whatever the catalog names
  EXPECT_EQ(search(MemberQuery()).members, originals_.size());
}

TEST_F(MemberSearchTest, APrefixThatWasAskedForIsTheOnlyOne) {
  archive();
  const std::string log = "logs/2018/04/01/a.log";
  store_.put(support::kSource, log, "x");
  archive::ArchiveOptions logs = support::small_options();
  logs.selection.prefixes = {"logs"};
  ASSERT_FALSE(support::run(store_, logs).total().failure);
  EXPECT_EQ(search(MemberQuery()).members, originals_.size() + 1) << "both have the same names";
  scope_.prefixes = {"logs"};
  scope_.only_prefix = true;
  for (const auto& query : {MemberQuery(), MemberQuery({}, {"*"}), MemberQuery({log, day_key(1, 1)}, {})}) {
    EXPECT_EQ(search(query).members, 1u);
    EXPECT_THAT(keys(), ElementsAre(log));
  }
  scope_.prefixes = {"sources"};
  EXPECT_EQ(search(MemberQuery()).members, originals_.size());
}

TEST_F(MemberSearchTest, AVolumeWhoseManifestWasRemovedIsTold) {
  archive();
  store_.put(support::kSource, day_key(1, 0), "newer");
  ASSERT_FALSE(support::run(store_, support::small_options()).total().failure);
  store_.erase(support::kArchive, manifest_of("src/20180401-4.zip"));
  const SearchReport report = search(MemberQuery());
  EXPECT_EQ(report.failures.count(), 1u);
  ASSERT_EQ(report.failures.named().size(), 1u);
  EXPECT_THAT(report.failures.named()[0].what(),
              ::testing::HasSubstr("the manifest of a committed volume is gone"));
  EXPECT_EQ(unsearched_.size(), 5u) << "an older object must not pass for the newest";
  EXPECT_TRUE(unsearched_.contains(day_key(1, 0)));
}

/// Neither manifest nor mark is left, or only the mark: the archive alone, or nothing but the mark, shows that there
/// was a newer object.
TEST_F(MemberSearchTest, WithoutItsRecordAVolumeIsMissedByKeyAndByGlob) {
  archive();
  store_.put(support::kSource, day_key(1, 0), "newer");
  ASSERT_FALSE(support::run(store_, support::small_options()).total().failure);
  const ManifestName lost = *parse_manifest_key(manifest_of("src/20180401-4.zip"));
  const std::string mark = commit_mark_key(lost.archive_key, lost.id);
  const MemberQuery by_key({day_key(1, 0)}, {});
  const auto missed = [&](const MemberQuery& query, const std::string& volume = "") {
    const SearchReport report = search(query, volume);
    EXPECT_EQ(report.failures.count(), 1u);
    if (report.failures.empty()) return ErrorKind::internal;
    EXPECT_THAT(report.failures.named()[0].what(), HasSubstr("src/20180401-4.zip"));
    EXPECT_EQ(unsearched_.contains(day_key(1, 0)), volume.empty());
    return report.failures.named()[0].kind();
  };
  store_.erase(support::kArchive, manifest_key(lost.archive_key, lost.id));
  EXPECT_EQ(missed(by_key), ErrorKind::damaged) << "its mark is left";
  store_.erase(support::kArchive, mark);
  EXPECT_EQ(missed(by_key), ErrorKind::damaged);
  EXPECT_EQ(missed(MemberQuery()), ErrorKind::damaged);
  EXPECT_EQ(missed(MemberQuery(), lost.archive_key), ErrorKind::damaged);
  EXPECT_EQ(search(MemberQuery({day_key(2, 0)}, {})).failures.count(), 0u) << "another day";
  store_.edit(support::kArchive, lost.archive_key,
              [](support::StoredObject& object) { object.metadata.clear(); });
  EXPECT_EQ(missed(by_key), ErrorKind::not_found) << "a copy that lost its id";
  EXPECT_EQ(missed(MemberQuery()), ErrorKind::not_found);
  store_.put(support::kArchive, lost.archive_key, "another program's");
  EXPECT_EQ(search(MemberQuery()).failures.count(), 0u);
  EXPECT_EQ(missed(MemberQuery(), lost.archive_key), ErrorKind::not_found) << "asked for by name";
  store_.erase(support::kArchive, lost.archive_key);
  EXPECT_EQ(search(by_key).failures.count(), 0u) << "nothing is left";
  store_.put(support::kArchive, mark, "{}");
  EXPECT_EQ(missed(by_key), ErrorKind::damaged) << "only the mark is left";
}

/// A run that commits a volume between the listings doesn't look like one that lost its record.
TEST_F(MemberSearchTest, AVolumeThatIsCommittedMeanwhileIsFound) {
  for (const MemberQuery& query : {MemberQuery({day_key(1, 0)}, {}), MemberQuery()}) {
    for (const char* folder : {"s3compress_catalog/manifest/", "s3compress_catalog/commit/", "src/"}) {
      FakeStore store;
      support::fill(store, 2, 1);
      std::atomic<bool> ran = false;
      store.before = [&](const Call& call) {
        if (call.op != Op::list || call.bucket != support::kArchive || !call.key.starts_with(folder)) return;
        if (ran.exchange(true)) return;  // the run lists as well
        EXPECT_FALSE(support::run(store, support::small_options()).total().failure);
      };
      const SearchReport report = search_members(store, {scope_, query, "", 4}, {}, [](FoundKey&&) {});
      EXPECT_TRUE(ran);
      EXPECT_EQ(report.failures.count(), 0u) << folder;
    }
  }
}

/// The store lists the manifest, but answers 404 when it is read, with a commit mark and without.
TEST_F(MemberSearchTest, AManifestThatIsListedButCanNotBeReadIsNamed) {
  archive();
  const std::string manifest = manifest_of("src/20180402.zip");
  store_.before = [&](const Call& call) {
    if (call.op == Op::get && call.key == manifest)
      throw support::store_error(ErrorKind::not_found, "NoSuchKey");
  };
  const auto name = parse_manifest_key(manifest);
  for (const bool marked : {true, false}) {
    if (!marked) store_.erase(support::kArchive, commit_mark_key(name->archive_key, name->id));
    const SearchReport report = search(MemberQuery());
    ASSERT_EQ(report.failures.named().size(), 1u) << marked;
    EXPECT_EQ(report.failures.named()[0].kind(), ErrorKind::not_found);
    EXPECT_THAT(report.failures.named()[0].what(), HasSubstr(manifest));
    EXPECT_EQ(keys().size(), 13u);
    EXPECT_EQ(states().at("src/20180402.zip"), VolumeState::vanished);
  }
}

TEST_F(MemberSearchTest, WhatExistsLiterallyIsMeantLiterally) {
  const std::string bracket = "sources/2018/04/01/br[1].txt";
  const std::string plain = "sources/2018/04/01/br1.txt";
  store_.make_bucket(support::kSource);
  store_.make_bucket(support::kArchive);
  for (const std::string& key : {bracket, plain}) store_.put(support::kSource, key, key);
  ASSERT_FALSE(support::run(store_, support::small_options()).total().failure);
  search(MemberQuery({}, {}, {bracket}));
  EXPECT_THAT(keys(), ElementsAre(bracket));
  const SearchReport report = search(MemberQuery({}, {}, {"sources/2018/04/01/br[2].txt", "*/br[1].txt"}));
  EXPECT_THAT(keys(), ElementsAre(plain));
  EXPECT_TRUE(report.query.undecided().empty());
  search(MemberQuery({}, {bracket}));
  EXPECT_THAT(keys(), ElementsAre(plain)) << "by --glob";

  // The block that may hold the key can't be read at first: the other object must not pass for it.
  int reads = 0;
  store_.before = [&](const Call& call) {
    if (call.op == Op::get && parse_index_key(call.key) && reads++ == 0)
      throw support::store_error(ErrorKind::transient, "InternalError");
  };
  search(MemberQuery({}, {}, {"sources/2018/04/01/br[1].txt"}));
  EXPECT_THAT(keys(), ElementsAre(bracket));
}

TEST_F(MemberSearchTest, AGlobThatNoKeyIsSpelledLikeCostsNoMore) {
  archive();
  store_.forget_journal();
  search(MemberQuery({}, {"*"}));
  const std::size_t calls = store_.journal().size();
  store_.forget_journal();
  search(MemberQuery({}, {}, {"*"}));
  EXPECT_EQ(store_.journal().size(), calls);
}

TEST_F(MemberSearchTest, OneVolumeByItsName) {
  archive();
  EXPECT_EQ(search(MemberQuery(), "src/20180401-3.zip").members, 1u);
  EXPECT_EQ(search(MemberQuery(), "src/20190101.zip").volumes, 0u);
}

TEST_F(MemberSearchTest, OfSeveralRecordsOfOneNameTheArchiveTells) {
  archive();
  // What a run that lost its race leaves for a moment.
  const std::string real = manifest_of("src/20180401.zip");
  std::string text = store_.objects(support::kArchive).at(real).body;
  const std::string id = parse_manifest_key(real)->id;
  const std::string other = "01B8J3Z7Q40000000000000000";
  for (std::size_t at = text.find(id); at != std::string::npos; at = text.find(id, at))
    text.replace(at, id.size(), other);
  store_.put(support::kArchive, manifest_key("src/20180401.zip", other), text);
  const SearchReport report = search(MemberQuery());
  EXPECT_EQ(report.members, originals_.size());
  EXPECT_EQ(report.failures.count(), 0u) << "the loser's index is not even asked for";
}

TEST_F(MemberSearchTest, VolumesThatCanNotBeSearchedAreTold) {
  archive();
  store_.edit(support::kArchive, manifest_of("src/20180402.zip"),
              [](support::StoredObject& object) { object.body = "{"; });
  for (const std::string& key : store_.keys(support::kArchive)) {
    const auto name = parse_index_key(key);
    if (name && name->archive_key == "src/20180403.zip")
      store_.edit(support::kArchive, key, [](support::StoredObject& object) { object.body.at(20) ^= 1; });
  }
  const SearchReport report = search(MemberQuery());
  EXPECT_EQ(report.failures.count(), 2u);
  std::string told;
  for (const base::Error& error : report.failures.named()) told += error.what();
  EXPECT_THAT(told, HasSubstr("src/20180402.zip"));
  EXPECT_THAT(told, HasSubstr("src/20180403.zip"));
  EXPECT_EQ(report.members, originals_.size() - 4);
}

TEST_F(MemberSearchTest, ARowThatLiesBeyondTheArchiveIsDamage) {
  archive();
  const ManifestName name = *parse_manifest_key(manifest_of("src/20180402.zip"));
  index::Manifest manifest = Catalog(store_, support::kArchive).read_manifest(name);
  manifest.archive_size_bytes = 40;
  store_.put(support::kArchive, manifest_key(name.archive_key, name.id), index::to_json(manifest));
  const SearchReport report = search(MemberQuery());
  ASSERT_EQ(report.failures.named().size(), 1u);
  EXPECT_EQ(report.failures.named()[0].kind(), ErrorKind::damaged);
  EXPECT_THAT(report.failures.named()[0].what(), HasSubstr("lies beyond the archive's 40 bytes"));
}

/// find reads no archive. It tells of what a reader would stumble over, and finds the members all the same.
TEST_F(MemberSearchTest, ArchivesThatAreLostOrCutAreNamedIfTheyAreLookedAt) {
  archive();
  store_.erase(support::kArchive, "src/20180401.zip");
  store_.edit(support::kArchive, "src/20180402.zip",
              [](support::StoredObject& object) { object.body.resize(object.body.size() - 1); });
  for (const bool look : {false, true}) {
    std::uint64_t found = 0;
    const MemberQuery everything;
    const SearchReport report = search_members(store_, {scope_, everything, "", 4, look}, {},
                                               [&](FoundKey&& key) { found += key.members.size(); });
    EXPECT_EQ(found, 15u);
    EXPECT_EQ(report.failures.count(), 0u);
    ASSERT_EQ(report.damages.count(), look ? 2u : 0u);
    if (!look) continue;
    EXPECT_EQ(report.damages.by_kind().at(ErrorKind::damaged), 2u);
    EXPECT_THAT(report.damages.named()[0].what(), HasSubstr("20180401.zip"));
    EXPECT_THAT(report.damages.named()[1].what(), HasSubstr("bytes, the manifest says"));
  }
}

TEST_F(MemberSearchTest, AnIndexThatIsGoneIsDamage) {
  archive();
  const ManifestName name = *parse_manifest_key(manifest_of("src/20180402.zip"));
  store_.erase(support::kArchive, index_key(name.archive_key, name.id));
  const SearchReport report = search(MemberQuery());
  ASSERT_EQ(report.failures.named().size(), 1u);
  EXPECT_EQ(report.failures.named()[0].kind(), ErrorKind::damaged);
  EXPECT_THAT(report.failures.named()[0].what(), HasSubstr("catalog rebuild makes it again"));
  EXPECT_EQ(states().at("src/20180402.zip"), VolumeState::no_index);
}

TEST_F(MemberSearchTest, AListingThatFailsEndsIt) {
  archive();
  store_.before = [](const Call& call) {
    if (call.op == Op::list) throw support::store_error(ErrorKind::access_denied, "AccessDenied");
  };
  EXPECT_EQ(support::error_kind([this] { search(MemberQuery()); }), ErrorKind::access_denied);
}

TEST_F(MemberSearchTest, StoppedMeansCancelled) {
  archive();
  std::stop_source stop;
  stop.request_stop();
  const MemberQuery everything;
  EXPECT_EQ(support::error_kind([&] {
              search_members(store_, {scope_, everything, "", 4}, stop.get_token(), [](FoundKey&&) {});
            }),
            ErrorKind::cancelled);
}

/// With a wrong key range the volume would be left out, and an older object would pass for the newest.
TEST_F(MemberSearchTest, AnEditedKeyRangeIsNotBelieved) {
  archive();
  store_.put(support::kSource, day_key(1, 1), "newer");
  store_.put(support::kSource, day_key(1, 2), "newer");
  ASSERT_FALSE(support::run(store_, support::small_options()).total().failure);
  const std::string newer = "src/20180401-4.zip";
  const std::string key = manifest_of(newer);
  ASSERT_FALSE(key.empty());
  std::string text = store_.objects(support::kArchive).at(key).body;
  const std::string last = "\"last_key\": \"" + day_key(1, 2);
  const std::size_t at = text.find(last);
  ASSERT_NE(at, std::string::npos) << text;
  text.replace(at, last.size(), "\"last_key\": \"" + day_key(1, 1) + "x");
  store_.put(support::kArchive, key, text);
  const SearchReport report = search(MemberQuery({day_key(1, 2)}, {}));
  EXPECT_EQ(report.failures.count(), 1u);
  EXPECT_EQ(report.failures.named().front().kind(), base::ErrorKind::damaged);
  EXPECT_EQ(unsearched_, (std::map<std::string, std::string>{{day_key(1, 2), newer}}));
}

TEST_F(MemberSearchTest, AnIndexOfAnotherSizeIsTold) {
  archive();
  const auto name = *parse_manifest_key(manifest_of("src/20180401.zip"));
  store_.put(support::kArchive, index_key(name.archive_key, name.id), "");
  EXPECT_EQ(states().at("src/20180401.zip"), VolumeState::no_index);
  const SearchReport report = search(MemberQuery({day_key(1, 1)}, {}));
  ASSERT_EQ(report.failures.count(), 1u);
  EXPECT_EQ(report.failures.named().front().kind(), base::ErrorKind::damaged);
}

TEST_F(MemberSearchTest, StatesOfVolumes) {
  archive();
  for (const auto& [key, state] : states()) EXPECT_EQ(state, VolumeState::committed) << key;
  EXPECT_EQ(store_.calls(Op::head).size(), 9u) << "of each archive: no listing tells an id";

  store_.erase(support::kArchive, "src/20180401.zip");
  store_.edit(support::kArchive, "src/20180401-2.zip", [](support::StoredObject& object) {
    object.body += "x";
    object.etag = "another-1";
    object.checksums.clear();
  });
  store_.erase(support::kArchive, manifest_of("src/20180402.zip"));
  store_.put(support::kArchive, "src/20180403.zip", "somebody's");
  store_.edit(support::kArchive, manifest_of("src/20180402-2.zip"),
              [](support::StoredObject& object) { object.body = "{"; });
  store_.put(support::kArchive, "src/20180404.zip", "somebody's");
  store_.put(support::kArchive, "src/notes.txt", "somebody's");
  const auto told = states();
  EXPECT_EQ(told.at("src/20180401.zip"), VolumeState::lost);
  EXPECT_EQ(told.at("src/20180401-2.zip"), VolumeState::replaced);
  EXPECT_EQ(told.at("src/20180402.zip"), VolumeState::no_manifest);
  EXPECT_EQ(told.at("src/20180403.zip"), VolumeState::lost);
  EXPECT_EQ(told.at("src/20180402-2.zip"), VolumeState::unreadable);
  EXPECT_EQ(told.at("src/20180404.zip"), VolumeState::no_manifest);
  EXPECT_FALSE(told.contains("src/notes.txt"));
  EXPECT_EQ(told.at("src/20180403-2.zip"), VolumeState::committed);
}

TEST_F(MemberSearchTest, UnderKmsTheArchiveIsAskedForItsChecksum) {
  store_.kms = true;
  archive();
  for (const auto& [key, state] : states()) EXPECT_EQ(state, VolumeState::committed) << key;
  EXPECT_FALSE(store_.calls(Op::head).empty());
}

}  // namespace
}  // namespace s3c::catalog
