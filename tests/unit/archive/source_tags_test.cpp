// Nothing is deleted whose tags and metadata could not be read, or could not be restored.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include "archive/archive_run.h"
#include "base/error.h"
#include "catalog/catalog.h"
#include "support/promise.h"

namespace s3c::archive {
namespace {

using base::ErrorKind;
using support::FakeStore;
using support::Op;
using ::testing::HasSubstr;
using Tags = std::map<std::string, std::string>;

/// One day with an object that has tags, and four that have none.
class SourceTagsTest : public ::testing::Test {
 protected:
  SourceTagsTest() {
    support::fill(store_, 5, 1);
    store_.edit(support::kSource, tagged_, [](support::StoredObject& o) { o.tags = {{"team", "blue"}}; });
    options_.max_objects = 100;
  }
  GroupReport run() { return support::run(store_, options_).total(); }
  /// The rows of the group's volumes, by key.
  std::map<std::string, index::Row> rows() {
    std::map<std::string, index::Row> rows;
    catalog::Catalog catalog(store_, support::kArchive);
    for (const catalog::CommittedVolume& volume : catalog.load_group("src/20180401").committed) {
      index::IndexCursor cursor = catalog.open_index(volume.manifest());
      while (auto row = cursor.next()) rows[row->key] = *row;
    }
    return rows;
  }
  void expect_all_archived_with_tags(const GroupReport& report) {
    EXPECT_FALSE(report.failure) << report.failure->what();
    EXPECT_EQ(report.deleted, 5u);
    EXPECT_EQ(rows().at(tagged_).tags, (Tags{{"team", "blue"}}));
    EXPECT_TRUE(rows().at(support::day_key(1, 0)).tags.empty());
  }

  FakeStore store_;
  ArchiveOptions options_ = support::small_options();
  const std::string tagged_ = support::day_key(1, 3);
};

TEST_F(SourceTagsTest, ARunThatMayNotReadTagsEndsBeforeItPacksAnything) {
  store_.before = [](const support::Call& call) {
    if (call.op == Op::tagging) throw support::store_error(ErrorKind::access_denied, "AccessDenied");
  };
  const GroupReport report = run();
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(report.failure->kind(), ErrorKind::access_denied);
  EXPECT_THAT(report.failure->what(), HasSubstr("without their tags"));
  EXPECT_EQ(store_.keys(support::kSource).size(), 5u);
  EXPECT_TRUE(store_.calls(Op::create, "src/").empty());
}

TEST_F(SourceTagsTest, WithoutTagsNothingIsAsked) {
  store_.before = [](const support::Call& call) {
    if (call.op == Op::tagging) throw support::store_error(ErrorKind::access_denied, "AccessDenied");
  };
  options_.without_tags = true;
  const GroupReport report = run();
  EXPECT_FALSE(report.failure);
  EXPECT_EQ(report.deleted, 5u);
  EXPECT_TRUE(store_.calls(Op::tagging).empty());
  EXPECT_TRUE(rows().at(tagged_).tags.empty());
}

TEST_F(SourceTagsTest, AStoreThatIsKnownToTellIsAskedOnceAndForObjectsThatHaveTags) {
  expect_all_archived_with_tags(run());
  EXPECT_EQ(store_.calls(Op::tagging).size(), 2u);
  EXPECT_TRUE(store_.calls(Op::put, "probe/").empty());
}

TEST_F(SourceTagsTest, AStoreThatIsNotKnownIsTried) {
  store_.is_known_to_tell_tags = false;
  const RunReport report = support::run(store_, options_);
  expect_all_archived_with_tags(report.total());
  EXPECT_EQ(store_.calls(Op::tagging).size(), 2u);
  EXPECT_EQ(store_.calls(Op::put, "probe/").size(), 1u);
  EXPECT_EQ(report.untold_tag_requests, 0u);
  for (const std::string& key : store_.keys(support::kArchive))
    EXPECT_EQ(key.find("probe/"), std::string::npos);
}

/// The first object of the group has no tags: that says nothing about the others.
TEST_F(SourceTagsTest, AStoreThatNeverTellsIsAskedForEveryObject) {
  store_.is_known_to_tell_tags = store_.tells_tags = false;
  const RunReport report = support::run(store_, options_);
  expect_all_archived_with_tags(report.total());
  EXPECT_EQ(report.untold_tag_requests, 5u);
}

TEST_F(SourceTagsTest, AStoreThatRefusesTheTrialIsAskedForEveryObject) {
  store_.is_known_to_tell_tags = false;
  store_.before = [](const support::Call& call) {
    if (call.op == Op::put && call.key.find("probe/") != std::string::npos)
      throw support::store_error(ErrorKind::access_denied, "AccessDenied");
  };
  const RunReport report = support::run(store_, options_);
  expect_all_archived_with_tags(report.total());
  EXPECT_GE(report.untold_tag_requests, 4u);
}

TEST_F(SourceTagsTest, AStreamedObjectIsAlwaysAskedFor) {
  store_.put(support::kSource, tagged_, std::string(std::size_t{5} << 20, 'x'));
  store_.edit(support::kSource, tagged_, [](support::StoredObject& o) { o.tags = {{"team", "blue"}}; });
  store_.alter_head = [](const std::string&, s3::ObjectHead& head) { head.tag_count = 0; };  // as S3
  expect_all_archived_with_tags(run());
}

TEST_F(SourceTagsTest, WhatCannotBeRestoredWholeIsLeft) {
  const std::string missing = support::day_key(1, 0);
  const std::string latin = support::day_key(1, 1);
  const std::string streamed = support::day_key(1, 2);
  store_.put(support::kSource, streamed, std::string(std::size_t{5} << 20, 'x'));
  store_.alter_head = [&](const std::string& key, s3::ObjectHead& head) {
    if (key == streamed) head.missing_metadata = 2;
  };
  store_.alter_get = [&](const std::string& key, s3::GetObjectResult& got) {
    if (key == missing) got.head.missing_metadata = 1;
  };
  store_.edit(support::kSource, latin, [](support::StoredObject& o) {
    o.metadata = {{"who", "J\xc3\xbcrgen"}};
  });
  const GroupReport report = run();
  EXPECT_FALSE(report.failure);
  EXPECT_EQ(report.left.by_reason(), (std::map<LeftReason, std::uint64_t>{{LeftReason::not_restorable, 3}}));
  EXPECT_EQ(store_.keys(support::kSource), (std::set<std::string>{missing, latin, streamed}));
  EXPECT_EQ(report.deleted, 2u);
  for (const LeftObject& left : report.left.named()) {
    EXPECT_THAT(left.detail, HasSubstr(left.key == latin ? "x-amz-meta-who has characters outside ASCII"
                                                         : "of its metadata values"));
  }
}

TEST_F(SourceTagsTest, AnArchiveOfOursIsNoSource) {
  const std::string small = support::day_key(1, 1);
  const std::string streamed = support::day_key(1, 2);
  store_.put(support::kSource, streamed, std::string(std::size_t{5} << 20, 'x'));
  for (const std::string& key : {small, streamed}) {
    store_.edit(support::kSource, key, [&](support::StoredObject& o) {
      o.metadata = {{catalog::kIdMetadata, key == small ? "01B8J3Z7Q40000000000000000" : ""}};
    });
  }
  for (const bool again : {false, true}) {
    const GroupReport report = run();
    EXPECT_FALSE(report.failure);
    EXPECT_EQ(report.left.by_reason(), (std::map<LeftReason, std::uint64_t>{{LeftReason::own_archive, 2}}));
    EXPECT_EQ(store_.keys(support::kSource), (std::set<std::string>{small, streamed}));
    EXPECT_EQ(report.deleted, again ? 0u : 3u);
    EXPECT_THAT(report.left.named().at(0).detail, HasSubstr("s3compress-id"));
  }
  EXPECT_EQ(rows().size(), 3u);
}

class RecheckTest : public SourceTagsTest {
 protected:
  /// Changes an object after it was archived and before it is deleted.
  GroupReport run_and_change(const std::function<void(support::StoredObject&)>& change) {
    bool changed = false;
    store_.after = [&, change](const support::Call& call) {
      if (call.op != Op::complete || call.key != "src/20180401.zip" || std::exchange(changed, true)) return;
      store_.edit(support::kSource, tagged_, change);
    };
    const GroupReport report = run();
    EXPECT_TRUE(changed);
    EXPECT_FALSE(report.failure);
    return report;
  }
};

using Change = std::function<void(support::StoredObject&)>;

class RecheckEachTest : public RecheckTest, public ::testing::WithParamInterface<Change> {};

TEST_P(RecheckEachTest, AnObjectWhoseTagsOrMetadataChangedStays) {
  options_.recheck_attributes = true;
  const GroupReport report = run_and_change(GetParam());
  EXPECT_EQ(report.deleted, 4u);
  EXPECT_EQ(report.left.by_reason(),
            (std::map<LeftReason, std::uint64_t>{{LeftReason::attributes_changed, 1}}));
  EXPECT_EQ(store_.keys(support::kSource), (std::set<std::string>{tagged_}));
}

INSTANTIATE_TEST_SUITE_P(Changes, RecheckEachTest,
                         ::testing::Values(Change([](support::StoredObject& o) { o.tags["team"] = "red"; }),
                                           Change([](support::StoredObject& o) { o.tags.clear(); }),
                                           Change([](support::StoredObject& o) { o.metadata["new"] = "1"; }),
                                           Change([](support::StoredObject& o) {
                                             o.content_type = "text/css";
                                           }),
                                           Change([](support::StoredObject& o) {
                                             o.system_headers["cache-control"] = "no-cache";
                                           })));

TEST_F(RecheckTest, WithoutItTheWindowIsOpen) {
  EXPECT_EQ(run_and_change([](support::StoredObject& o) { o.tags["team"] = "red"; }).deleted, 5u);
  EXPECT_EQ(rows().at(tagged_).tags, (Tags{{"team", "blue"}}));
}

TEST_F(RecheckTest, AnUnchangedObjectIsDeletedAndALaterRunRechecksToo) {
  options_.recheck_attributes = options_.keep_sources = true;
  EXPECT_FALSE(run().failure);
  options_.keep_sources = false;
  store_.edit(support::kSource, tagged_, [](support::StoredObject& o) { o.tags["team"] = "red"; });
  const GroupReport report = run();
  EXPECT_EQ(report.deleted, 4u);
  EXPECT_EQ(report.left.count(), 1u);
}

/// Only what was compared may be deleted. A 404 for an object that stays listed says nothing about its tags.
TEST_F(RecheckTest, AnObjectWhoseAttributesCantBeReadStays) {
  options_.recheck_attributes = options_.keep_sources = true;
  EXPECT_FALSE(run().failure);
  options_.keep_sources = false;
  const auto expect_left = [&](LeftReason reason, const char* what) {
    const GroupReport report = run();
    EXPECT_FALSE(report.failure) << what;
    EXPECT_EQ(report.left.by_reason(), (std::map<LeftReason, std::uint64_t>{{reason, 1}})) << what;
    EXPECT_EQ(store_.keys(support::kSource), (std::set<std::string>{tagged_})) << what;
  };
  store_.absent_to_head = {tagged_};
  expect_left(LeftReason::unreadable, "HEAD");
  store_.absent_to_head.clear();
  const auto answer_to_tagging = [this](ErrorKind kind, const char* code) {
    store_.before = [=, this](const support::Call& call) {
      if (call.op == Op::tagging && call.key == tagged_) throw support::store_error(kind, code);
    };
  };
  answer_to_tagging(ErrorKind::not_found, "NoSuchKey");
  expect_left(LeftReason::unreadable, "404");
  answer_to_tagging(ErrorKind::unsupported, "NotImplemented");
  expect_left(LeftReason::attributes_changed, "501");
  store_.before = {};
  EXPECT_EQ(run().left.count(), 0u) << "and now they were compared";
}

/// The store tells of a tag and lists none: it may not count as an object without tags.
TEST_F(RecheckTest, AnObjectThatTellsOfTagsAndListsNoneStays) {
  options_.recheck_attributes = options_.keep_sources = true;
  store_.edit(support::kSource, tagged_, [](support::StoredObject& o) { o.tags.clear(); });
  EXPECT_FALSE(run().failure);
  options_.keep_sources = false;
  store_.edit(support::kSource, tagged_, [](support::StoredObject& o) { o.tags["team"] = "red"; });
  store_.before = [this](const support::Call& call) {
    if (call.op == Op::tagging && call.key == tagged_)
      throw support::store_error(ErrorKind::unsupported, "MethodNotAllowed");
  };
  EXPECT_EQ(run().left.by_reason(),
            (std::map<LeftReason, std::uint64_t>{{LeftReason::attributes_changed, 1}}));
  EXPECT_EQ(store_.keys(support::kSource), (std::set<std::string>{tagged_}));
}

/// What one run archived without tags, and a later run would delete.
class UntaggedVolumeTest : public SourceTagsTest {
 protected:
  UntaggedVolumeTest() {
    options_.without_tags = options_.keep_sources = true;
    EXPECT_FALSE(run().failure);
    options_.without_tags = options_.keep_sources = false;
  }
  void expect_only_tagged_left(const GroupReport& report) {
    EXPECT_FALSE(report.failure);
    EXPECT_EQ(report.deleted, 4u);
    EXPECT_EQ(report.left.by_reason(),
              (std::map<LeftReason, std::uint64_t>{{LeftReason::tags_not_archived, 1}}));
    EXPECT_EQ(store_.keys(support::kSource), (std::set<std::string>{tagged_}));
    EXPECT_EQ(store_.objects(support::kSource).at(tagged_).tags, (Tags{{"team", "blue"}}));
  }
};

TEST_F(UntaggedVolumeTest, ALaterRunLeavesWhatHasTags) {
  const GroupReport planned = support::plan(store_, options_).total();
  EXPECT_EQ(planned.already_archived, 5u);
  EXPECT_EQ(planned.to_compare, 5u) << "the dry run says that it can't tell";
  expect_only_tagged_left(run());
  EXPECT_EQ(run().left.count(), 1u) << "night after night";
}

TEST_F(UntaggedVolumeTest, ALaterRunThatDoesNotWantTagsDeletesAll) {
  options_.without_tags = true;
  EXPECT_EQ(support::plan(store_, options_).total().to_compare, 0u);
  const GroupReport report = run();
  EXPECT_EQ(report.deleted, 5u);
  EXPECT_EQ(report.left.count(), 0u);
}

/// In a bucket that keeps versions, markers hide the objects, and --delete-versions would delete them for ever.
TEST(UntaggedVersionsTest, TheSweepLeavesAVersionThatHasTags) {
  FakeStore store;
  store.versioned = true;
  support::fill(store, 3, 1);
  const std::string tagged = support::day_key(1, 1);
  store.edit(support::kSource, tagged, [](support::StoredObject& o) { o.tags = {{"team", "blue"}}; });
  ArchiveOptions options = support::small_options();
  options.max_objects = 100;
  options.without_tags = true;
  EXPECT_EQ(support::run(store, options).total().deleted, 3u);
  options.without_tags = false;
  options.delete_versions = true;
  const GroupReport report = support::run(store, options).total();
  EXPECT_FALSE(report.failure);
  EXPECT_EQ(report.versions_deleted, 2u);
  EXPECT_EQ(report.versions_kept, 1u);
  EXPECT_EQ(report.left.by_reason(),
            (std::map<LeftReason, std::uint64_t>{{LeftReason::tags_not_archived, 1}}));
  EXPECT_EQ(store.versions(support::kSource, tagged).size(), 2u);
}

/// With -v there is a line for each batch of deletes.
TEST(DeleteLogTest, EachBatchIsLogged) {
  FakeStore store;
  support::fill(store, 5, 1);
  ArchiveOptions options = support::small_options();
  options.max_objects = 100;
  options.delete_batch = 3;
  std::ostringstream text;
  base::Logger log("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text));
  log.set_level(spdlog::level::info);
  support::FakeClock clock;
  Progress progress;
  run_archive(options, {{store, store}, clock, log, progress, {}});
  EXPECT_THAT(text.str(), HasSubstr("deleted from src: 3 of 3 objects, from sources/2018/04/01/000.xml to "
                                    "sources/2018/04/01/002.xml"));
  EXPECT_THAT(text.str(), HasSubstr("deleted from src: 2 of 2 objects, from sources/2018/04/01/003.xml to "
                                    "sources/2018/04/01/004.xml"));
}

}  // namespace
}  // namespace s3c::archive
