// Finding members through the catalog: what is asked for, in which order results come, and what is told of
// volumes that can't be searched.
#include "archive/member_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "archive/volume_listing.h"
#include "archive/volume_state.h"
#include "promise.h"

namespace s3c::archive {
namespace {

using base::ErrorKind;
using testing::Call;
using testing::day_key;
using ::testing::ElementsAre;
using testing::FakeStore;
using ::testing::HasSubstr;
using testing::Op;

class MemberSearchTest : public ::testing::Test {
 protected:
  MemberSearchTest() {
    scope_.archive_bucket = testing::kArchive;
    scope_.bucket = testing::kSource;
  }
  /// Five objects on each of three days, two in a volume.
  void archive() {
    originals_ = testing::fill(store_, 5, 3);
    ASSERT_FALSE(testing::run(store_, testing::small_options()).total().failure);
    store_.forget_journal();
  }
  SearchReport search(const MemberQuery& query, const std::string& volume = "") {
    found_.clear();
    return search_members(
        store_, {scope_, query, volume, 4}, {},
        [this](const std::shared_ptr<const index::Manifest>& manifest, std::vector<index::Row>&& rows) {
          for (const index::Row& row : rows) found_.emplace_back(manifest->archive_key, row.key);
        });
  }
  std::vector<std::string> keys() const {
    std::vector<std::string> keys;
    for (const auto& [volume, key] : found_) keys.push_back(key);
    std::sort(keys.begin(), keys.end());
    return keys;
  }
  std::string manifest_of(const std::string& archive_key) {
    for (const std::string& key : store_.keys(testing::kArchive)) {
      const auto name = parse_manifest_key(key);
      if (name && name->archive_key == archive_key) return key;
    }
    return {};
  }
  std::map<std::string, VolumeState> states() {
    std::map<std::string, VolumeState> states;
    Catalog catalog(store_, testing::kArchive);
    VolumeListing listing(store_, scope_);
    while (const auto volume = listing.next())
      states[volume->archive_key] = find_state(store_, catalog, *volume).state;
    return states;
  }

  FakeStore store_;
  CatalogScope scope_;
  std::map<std::string, std::string> originals_;
  std::vector<std::pair<std::string, std::string>> found_;
};

TEST_F(MemberSearchTest, AKeyOfAKnownDayCostsThreeRequests) {
  testing::fill(store_, 2, 3);
  ASSERT_FALSE(testing::run(store_, testing::small_options()).total().failure);
  store_.forget_journal();
  EXPECT_EQ(search(MemberQuery({day_key(2, 1)}, {})).members, 1u);
  EXPECT_THAT(found_, ElementsAre(std::pair<std::string, std::string>("src/20180402.zip", day_key(2, 1))));
  EXPECT_EQ(store_.calls(Op::list).size(), 1u);
  EXPECT_EQ(store_.calls(Op::get).size(), 2u);
  EXPECT_EQ(store_.journal().size(), 3u);
}

TEST_F(MemberSearchTest, OnlyVolumesWhoseKeysSurroundItAreLookedInto) {
  archive();
  const SearchReport report = search(MemberQuery({day_key(1, 4)}, {}));
  EXPECT_EQ(report.volumes, 1u);
  EXPECT_THAT(keys(), ElementsAre(day_key(1, 4)));
}

TEST_F(MemberSearchTest, GlobsAreSearchedInTheOrderOfTheVolumes) {
  archive();
  const SearchReport report = search(MemberQuery({}, {"*"}));
  EXPECT_EQ(report.members, originals_.size());
  std::vector<std::string> volumes;
  for (const auto& [volume, key] : found_) volumes.push_back(volume);
  EXPECT_TRUE(std::is_sorted(volumes.begin(), volumes.end()));
  EXPECT_EQ(search(MemberQuery({}, {"*/02/00[13].xml"})).members, 2u);
  EXPECT_THAT(keys(), ElementsAre(day_key(2, 1), day_key(2, 3)));
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

TEST_F(MemberSearchTest, OneVolumeByItsName) {
  archive();
  EXPECT_EQ(search(MemberQuery(), "src/20180401-3.zip").members, 1u);
  EXPECT_EQ(search(MemberQuery(), "src/20190101.zip").volumes, 0u);
}

TEST_F(MemberSearchTest, OfSeveralRecordsOfOneNameTheArchiveTells) {
  archive();
  // What a run that lost its race leaves for a moment.
  const std::string real = manifest_of("src/20180401.zip");
  std::string text = store_.objects(testing::kArchive).at(real).body;
  const std::string id = parse_manifest_key(real)->id;
  const std::string other = "01B8J3Z7Q40000000000000000";
  for (std::size_t at = text.find(id); at != std::string::npos; at = text.find(id, at))
    text.replace(at, id.size(), other);
  store_.put(testing::kArchive, manifest_key("src/20180401.zip", other), text);
  const SearchReport report = search(MemberQuery());
  EXPECT_EQ(report.members, originals_.size());
  EXPECT_EQ(report.failed, 0u) << "the loser's index is not even asked for";
}

TEST_F(MemberSearchTest, VolumesThatCanNotBeSearchedAreTold) {
  archive();
  store_.edit(testing::kArchive, manifest_of("src/20180402.zip"),
              [](testing::StoredObject& object) { object.body = "{"; });
  for (const std::string& key : store_.keys(testing::kArchive)) {
    const auto name = parse_index_key(key);
    if (name && name->archive_key == "src/20180403.zip")
      store_.edit(testing::kArchive, key, [](testing::StoredObject& object) { object.body.at(20) ^= 1; });
  }
  const SearchReport report = search(MemberQuery());
  EXPECT_EQ(report.failed, 2u);
  std::string told;
  for (const base::Error& error : report.failures) told += error.what();
  EXPECT_THAT(told, HasSubstr("src/20180402.zip"));
  EXPECT_THAT(told, HasSubstr("src/20180403.zip"));
  EXPECT_EQ(report.members, originals_.size() - 4);
}

TEST_F(MemberSearchTest, AListingThatFailsEndsIt) {
  archive();
  store_.before = [](const Call& call) {
    if (call.op == Op::list) throw testing::store_error(ErrorKind::access_denied, "AccessDenied");
  };
  EXPECT_EQ(testing::error_kind([this] { search(MemberQuery()); }), ErrorKind::access_denied);
}

TEST_F(MemberSearchTest, StoppedMeansCancelled) {
  archive();
  std::stop_source stop;
  stop.request_stop();
  const MemberQuery everything;
  EXPECT_EQ(
      testing::error_kind([&] {
        search_members(store_, {scope_, everything, "", 4}, stop.get_token(), [](const auto&, auto&&) {});
      }),
      ErrorKind::cancelled);
}

TEST_F(MemberSearchTest, StatesOfVolumes) {
  archive();
  for (const auto& [key, state] : states()) EXPECT_EQ(state, VolumeState::committed) << key;
  EXPECT_TRUE(store_.calls(Op::head).empty()) << "the listing's ETag is proof enough";

  store_.erase(testing::kArchive, "src/20180401.zip");
  store_.edit(testing::kArchive, "src/20180401-2.zip", [](testing::StoredObject& object) {
    object.body += "x";
    object.etag = "another-1";
    object.checksums.clear();
  });
  store_.erase(testing::kArchive, manifest_of("src/20180402.zip"));
  store_.put(testing::kArchive, "src/20180403.zip", "somebody's");
  store_.edit(testing::kArchive, manifest_of("src/20180402-2.zip"),
              [](testing::StoredObject& object) { object.body = "{"; });
  store_.put(testing::kArchive, "src/20180404.zip", "somebody's");
  store_.put(testing::kArchive, "src/notes.txt", "somebody's");
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
}  // namespace s3c::archive
