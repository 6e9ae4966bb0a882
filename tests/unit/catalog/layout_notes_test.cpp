// A key is looked for in every volume in scope that may hold it, however that volume was made.
#include "catalog/layout_notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "catalog/member_search.h"
#include "catalog/record_names.h"
#include "support/promise.h"

namespace s3c::catalog {
namespace {

using support::Call;
using support::day_key;
using support::FakeStore;
using support::Op;
using ::testing::ElementsAre;

const std::string kKey = day_key(1, 0);  // of 1 April 2018

class LayoutNotesTest : public ::testing::Test {
 protected:
  LayoutNotesTest() {
    scope_.archive_bucket = support::kArchive;
    scope_.bucket = support::kSource;
    store_.make_bucket(support::kSource);
    store_.make_bucket(support::kArchive);
  }
  /// One object, last modified then, archived by this layout.
  void archive(const Layout& layout, const char* time, const std::string& key = kKey,
               const std::string& prefix = "sources") {
    store_.put(support::kSource, key, time);
    store_.edit(support::kSource, key,
                [&](support::StoredObject& object) { object.last_modified = *base::parse_iso8601(time); });
    archive::ArchiveOptions options = support::small_options();
    options.layout = layout;
    options.selection.prefixes = {prefix};
    ASSERT_FALSE(support::run(store_, options).total().failure);
    ASSERT_FALSE(store_.keys(support::kSource).contains(key));
  }
  void archive_by_time(const char* time) { archive(Layout::by_last_modified(Period::day), time); }
  SearchReport search(const MemberQuery& query) {
    volumes_.clear();
    unsearched_.clear();
    store_.forget_journal();
    return search_members(store_, {scope_, query, "", 4}, {}, [this](FoundKey&& found) {
      for (const FoundMember& member : found.members) volumes_.push_back(member.manifest->archive_key);
      std::sort(volumes_.begin(), volumes_.end());
      unsearched_ = found.unsearched;
    });
  }
  SearchReport search_key() { return search(MemberQuery({kKey}, {})); }
  void remove(const std::string& folder) {
    for (const std::string& key : store_.keys(support::kArchive)) {
      if (key.starts_with(folder)) store_.erase(support::kArchive, key);
    }
  }
  std::size_t notes() const {
    const std::set<std::string> keys = store_.keys(support::kArchive);
    return static_cast<std::size_t>(std::count_if(
        keys.begin(), keys.end(), [](const std::string& key) { return key.starts_with(kLayoutFolder); }));
  }

  FakeStore store_;
  CatalogScope scope_;
  const Layout by_day_ = Layout::parse(kDefaultLayout);
  std::vector<std::string> volumes_;  // that hold what was found
  std::string unsearched_;
};

TEST_F(LayoutNotesTest, AKeyIsFoundInAVolumeByTimeToo) {
  archive(by_day_, "2018-04-01T12:00:00Z");
  archive_by_time("2026-11-20T12:00:00Z");
  search_key();
  EXPECT_THAT(volumes_, ElementsAre("src/20180401.zip", "src/20261120.zip"));
}

TEST_F(LayoutNotesTest, AKeyIsFoundWhereEverythingWasArchivedByTime) {
  archive_by_time("2018-04-01T12:00:00Z");
  archive_by_time("2026-11-20T12:00:00Z");
  search_key();
  EXPECT_THAT(volumes_, ElementsAre("src/20180401.zip", "src/20261120.zip"));
}

TEST_F(LayoutNotesTest, AKeyIsFoundInAVolumeOfAnotherLayoutToo) {
  archive(by_day_, "2018-04-01T12:00:00Z");
  archive(Layout::parse("{prefix}/{yyyy}/{dd}/{mm}/"),
          "2018-04-02T12:00:00Z");  // the key is of 4 January to it
  search_key();
  EXPECT_THAT(volumes_, ElementsAre("src/20180104.zip", "src/20180401.zip"));
}

TEST_F(LayoutNotesTest, AKeyIsFoundBelowAPrefixInsideThePrefixToo) {
  const auto archive_album = [this](const std::string& prefix) {
    store_.put(support::kSource, "photos/a/b/x", prefix);
    archive::ArchiveOptions options = support::small_options();
    options.layout = scope_.layout;
    options.archive_name = scope_.archive_name;
    options.selection.prefixes = {prefix};
    ASSERT_FALSE(support::run(store_, options).total().failure);
  };
  scope_.layout = Layout::parse("{prefix}/{album}/");
  scope_.archive_name = ArchiveName::parse("{bucket}/{album}/all.zip");
  scope_.prefixes = {"photos"};
  archive_album("photos");
  archive_album("photos/a");
  search(MemberQuery({"photos/a/b/x"}, {}));
  EXPECT_THAT(volumes_, ElementsAre("src/a/all.zip", "src/b/all.zip"));
}

TEST_F(LayoutNotesTest, AnotherPrefixCostsNothing) {
  archive(by_day_, "2018-04-01T12:00:00Z");
  archive(by_day_, "2018-04-02T12:00:00Z", "logs/2018/04/02/x", "logs");
  archive(Layout::by_last_modified(Period::day), "2018-04-03T12:00:00Z", "photos/x", "photos");
  EXPECT_EQ(notes(), 3u);
  search_key();
  EXPECT_THAT(volumes_, ElementsAre("src/20180401.zip"));
  EXPECT_EQ(store_.calls(Op::list).size(), 4u);
  EXPECT_EQ(store_.calls(Op::get).size(), 2u);
  EXPECT_EQ(store_.journal().size(), 6u);
}

TEST_F(LayoutNotesTest, VolumesOfAProgramThatWritesNoNotesAreLookedInto) {
  archive_by_time("2026-11-20T12:00:00Z");
  remove(std::string(kLayoutFolder));
  search_key();
  EXPECT_THAT(volumes_, ElementsAre("src/20261120.zip"));
  // The next run notes its own layout, and that there are others.
  archive(by_day_, "2018-04-01T12:00:00Z");
  EXPECT_EQ(notes(), 2u);
  EXPECT_TRUE(store_.keys(support::kArchive).contains(unknown_note().key));
  search_key();
  EXPECT_THAT(volumes_, ElementsAre("src/20180401.zip", "src/20261120.zip"));
}

TEST_F(LayoutNotesTest, ARunNotesItsLayoutOnceBeforeItsFirstVolume) {
  archive(by_day_, "2018-04-01T12:00:00Z");
  const std::string note = layout_note({scope_.bucket, "sources", by_day_, scope_.archive_name}).key;
  const std::vector<Call> puts = store_.calls(Op::put, "s3compress_catalog/");
  const auto of = [&](std::string_view folder) {
    return std::find_if(puts.begin(), puts.end(),
                        [&](const Call& call) { return call.key.starts_with(folder); });
  };
  ASSERT_NE(of(kLayoutFolder), puts.end());
  EXPECT_EQ(of(kLayoutFolder)->key, note);
  EXPECT_LT(of(kLayoutFolder), of(kManifestFolder));
  store_.forget_journal();
  archive(by_day_, "2018-04-01T13:00:00Z");
  EXPECT_EQ(store_.calls(Op::put, std::string(kLayoutFolder)).size(), 0u);
  EXPECT_EQ(store_.calls(Op::head, note).size(), 1u);
}

TEST_F(LayoutNotesTest, WithoutItsNoteNoVolumeIsMade) {
  store_.put(support::kSource, kKey, "x");
  store_.before = [](const Call& call) {
    if (call.op == Op::put && call.key.starts_with(kLayoutFolder))
      throw support::store_error(base::ErrorKind::access_denied, "AccessDenied");
  };
  EXPECT_EQ(support::failure_kind(support::run(store_, support::small_options())),
            base::ErrorKind::access_denied);
  EXPECT_TRUE(store_.keys(support::kSource).contains(kKey));
  EXPECT_EQ(store_.calls(Op::put, std::string(kManifestFolder)).size(), 0u);
}

/// The only record that tells of groups by time can't be read.
TEST_F(LayoutNotesTest, AnUnreadVolumeOfAnotherLayoutMayHoldTheKey) {
  archive(by_day_, "2018-04-01T12:00:00Z");
  archive_by_time("2026-11-20T12:00:00Z");
  for (const std::string& key : store_.keys(support::kArchive)) {
    if (!key.starts_with(std::string(kManifestFolder) + "src/20261120")) continue;
    store_.edit(support::kArchive, key, [](support::StoredObject& object) { object.body.at(20) ^= 1; });
  }
  for (const MemberQuery& query : {MemberQuery({kKey}, {}), MemberQuery({}, {"*"}), MemberQuery()}) {
    EXPECT_EQ(search(query).failures.count(), 1u);
    EXPECT_EQ(unsearched_, "src/20261120.zip");
  }
  scope_.bucket.clear();
  search(MemberQuery());
  EXPECT_EQ(unsearched_, "src/20261120.zip");
}

/// Each task has whole groups. The other one's group has the newer object.
TEST_F(LayoutNotesTest, TasksThatShareKeysAreRefused) {
  const auto owns = [](unsigned index, const char* stem) { return Shard{index, 2}.owns(stem); };
  const unsigned task = owns(0, "src/20180401") ? 0 : 1;
  std::string day = "2026-11-20T12:00:00Z";  // of a group of the other task
  while (owns(task, ("src/202611" + day.substr(8, 2)).c_str())) ++day[9];
  archive(by_day_, "2018-04-01T12:00:00Z");
  scope_.shard = {task, 2};
  EXPECT_EQ(search(MemberQuery()).members, 1u);
  archive_by_time(day.c_str());
  EXPECT_EQ(support::error_kind([&] { search(MemberQuery()); }), base::ErrorKind::invalid_argument);
}

/// What a restore looks at again right before it writes.
TEST_F(LayoutNotesTest, TheWatchListsWhatTheSearchListed) {
  archive(by_day_, "2018-04-01T12:00:00Z");
  const MemberQuery query({kKey}, {});
  EXPECT_EQ(list_manifests(store_, scope_, query).size(), 1u);
  archive_by_time("2026-11-20T12:00:00Z");
  EXPECT_EQ(list_manifests(store_, scope_, query).size(), 2u);
}

TEST_F(LayoutNotesTest, ANoteOfANewerFormIsHeeded) {
  archive(by_day_, "2018-04-01T12:00:00Z");
  store_.put(support::kArchive, std::string(kLayoutFolder) + "src/other.json", "{}");
  const MemberQuery query({kKey}, {});
  EXPECT_FALSE(LayoutNotes::list(store_, support::kArchive).names_tell(scope_, query.keys()));
}

}  // namespace
}  // namespace s3c::catalog
