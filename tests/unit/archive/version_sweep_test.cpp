#include "archive/version_sweep.h"

#include <gtest/gtest.h>

#include "archive/archive_run.h"
#include "support/promise.h"

namespace s3c::archive {
namespace {

using base::ErrorKind;
using support::Call;
using support::day_key;
using support::FakeStore;
using support::Op;
using support::store_error;
using Outcome = s3::DeleteResult::Outcome;

/// --delete-versions, from runs to what the bucket holds afterwards.
class VersionSweepTest : public ::testing::Test {
 protected:
  VersionSweepTest() {
    store_.versioned = true;
    store_.make_bucket(support::kSource);
    store_.make_bucket(support::kArchive);
    options_ = support::small_options();
    options_.delete_versions = true;
  }
  GroupReport run() {
    RunReport report = support::run(store_, options_);
    EXPECT_FALSE(report.total().failure) << (report.total().failure ? report.total().failure->what() : "");
    return report.total();
  }
  std::vector<std::string> versions(int n) const { return store_.versions(support::kSource, day_key(1, n)); }

  FakeStore store_;
  ArchiveOptions options_;
};

TEST_F(VersionSweepTest, OlderVersionsStayHiddenNightAfterNight) {
  for (const char* body : {"v1", "v2", "v3"}) store_.put(support::kSource, day_key(1, 0), body);
  const std::vector<std::string> before = versions(0);
  ASSERT_EQ(before.size(), 3u);
  const GroupReport first = run();
  EXPECT_EQ(first.versions_deleted, 1u);
  EXPECT_EQ(first.versions_kept, 2u);
  EXPECT_EQ(first.versions_kept_bytes, 4u);
  for (int night = 0; night < 3; ++night) {
    EXPECT_TRUE(store_.keys(support::kSource).empty()) << "an old version is served again";
    const std::vector<std::string> now = versions(0);
    ASSERT_EQ(now.size(), 3u);
    EXPECT_EQ(now[0], before[0]);
    EXPECT_EQ(now[1], before[1]);
    EXPECT_TRUE(now[2].starts_with("marker"));
    const GroupReport again = run();
    EXPECT_EQ(again.versions_deleted, 0u);
    EXPECT_EQ(again.versions_kept, 2u);
    EXPECT_TRUE(again.volumes.empty());
  }
}

TEST_F(VersionSweepTest, ARerunFindsWhatAKilledRunLeftUnderMarkers) {
  support::fill(store_, 3, 1);
  ArchiveOptions killed = options_;
  killed.delete_versions = false;  // as if it was killed between markers and versions
  support::run(store_, killed);
  ASSERT_TRUE(store_.keys(support::kSource).empty());
  store_.page_size = 2;  // pages end within a key's versions
  const GroupReport report = run();
  EXPECT_EQ(report.versions_deleted, 3u);
  EXPECT_EQ(report.versions_kept, 0u);
  const auto pages = store_.calls(Op::versions, "sources/2018/04/01/");
  const auto deletes = store_.calls(Op::del, "sources/2018/04/01/");
  ASSERT_GE(pages.size(), 2u);
  ASSERT_GE(deletes.size(), 2u);
  EXPECT_LT(pages.back().ended, deletes[deletes.size() - 2].began)
      << "a page begins behind a version of the page before, which must not be gone by then";
  for (int n = 0; n < 3; ++n) EXPECT_EQ(versions(n).size(), 1u);
}

TEST_F(VersionSweepTest, ADryRunForeseesWhatTheSweepDeletes) {
  store_.put(support::kSource, day_key(1, 0), "old");
  support::fill(store_, 3, 1);
  options_.delete_versions = false;
  support::run(store_, options_);
  options_.delete_versions = true;
  store_.put(support::kSource, day_key(1, 7), "new");  // beside them, an object that is yet to be archived
  const std::size_t before = store_.calls(Op::del).size();
  const GroupReport planned = support::plan(store_, options_).total();
  EXPECT_EQ(store_.calls(Op::del).size(), before);
  EXPECT_EQ(planned.to_archive, 1u);
  EXPECT_EQ(planned.versions_to_delete, 3u);
  EXPECT_GT(planned.versions_to_delete_bytes, 0u);
  EXPECT_EQ(run().versions_deleted, 3u + 1u) << "and the new one";
  EXPECT_EQ(support::plan(store_, options_).total().versions_to_delete, 0u);
}

TEST_F(VersionSweepTest, WhatIsLeftIsCountedAlsoIfAnErrorEndsTheSweep) {
  support::fill(store_, 4, 1);
  options_.delete_batch = 1;
  options_.delete_versions = false;
  support::run(store_, options_);
  options_.delete_versions = true;
  int requests = 0;
  store_.before = [&](const Call& call) {
    if (call.op != Op::del || call.bucket != support::kSource) return;
    if (++requests == 3) throw store_error(ErrorKind::access_denied, "AccessDenied");
  };
  store_.alter_delete = [&](std::vector<s3::DeleteResult>& results) {
    if (requests == 1) results.at(0).outcome = Outcome::refused;
  };
  const GroupReport report = support::run(store_, options_).total();
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(report.left.count(), 1u);
  EXPECT_EQ(report.versions_deleted, 1u);
}

TEST_F(VersionSweepTest, ALostArchiveIsNamedAlsoIfOnlyVersionsAreLeft) {
  support::fill(store_, 2, 1);
  options_.delete_versions = false;
  support::run(store_, options_);
  options_.delete_versions = true;
  ASSERT_TRUE(store_.keys(support::kSource).empty());
  store_.erase(support::kArchive, "src/20180401.zip");
  const GroupReport report = run();
  EXPECT_EQ(report.lost, std::vector<std::string>{"src/20180401.zip"});
  EXPECT_EQ(report.versions_deleted, 0u) << "they are the last copies";
}

TEST_F(VersionSweepTest, AVolumeOfAnotherBucketUnderOurNameIsNoLicence) {
  support::fill(store_, 1, 1);
  options_.archive_name = catalog::ArchiveName::parse("all/{yyyy}{mm}{dd}.zip");
  options_.keep_sources = true;
  options_.delete_versions = false;
  run();
  // A replica keeps the version's id and ETag.
  const auto replica = store_.objects(support::kSource).at(day_key(1, 0));
  store_.put("other", day_key(1, 0), "");
  store_.edit("other", day_key(1, 0), [&](support::StoredObject& object) { object = replica; });
  s3::DeleteItem item;
  item.key = day_key(1, 0);
  store_.delete_object("other", item, s3::ObjectStore::Resend::allowed);
  options_.selection.bucket = "other";
  options_.keep_sources = false;
  options_.delete_versions = true;
  const GroupReport report = run();
  EXPECT_EQ(report.versions_deleted, 0u);
  EXPECT_EQ(report.versions_kept, 1u);
  EXPECT_EQ(store_.versions("other", day_key(1, 0)).size(), 2u);
}

TEST_F(VersionSweepTest, AVersionThatIsNotAsTheIndexSaysStays) {
  support::fill(store_, 3, 1);
  options_.max_objects = 10;
  options_.keep_sources = true;
  options_.delete_versions = false;
  run();
  store_.edit(support::kSource, day_key(1, 0), [](support::StoredObject& object) { object.etag = "other"; });
  store_.edit(support::kSource, day_key(1, 1),
              [](support::StoredObject& object) { object.body += "longer"; });
  for (int n = 0; n < 3; ++n) {
    s3::DeleteItem item;
    item.key = day_key(1, n);
    store_.delete_object(support::kSource, item, s3::ObjectStore::Resend::allowed);
  }
  options_.keep_sources = false;
  options_.delete_versions = true;
  const GroupReport report = run();
  EXPECT_EQ(report.versions_deleted, 1u);
  EXPECT_EQ(report.versions_kept, 2u);
  EXPECT_EQ(versions(0).size() + versions(1).size(), 4u);
}

TEST_F(VersionSweepTest, AnArchiveThatGoesAfterTheLookDeletesNoVersion) {
  support::fill(store_, 2, 1);
  options_.max_objects = 10;
  options_.delete_versions = false;
  run();
  options_.delete_versions = true;
  store_.before = [this](const Call& c) {
    if (c.op == Op::head && c.key.starts_with(catalog::kTakeBackFolder))
      store_.erase(support::kArchive, "src/20180401.zip");
  };
  EXPECT_EQ(support::failure_kind(support::run(store_, options_)), ErrorKind::damaged);
  EXPECT_EQ(versions(0).size() + versions(1).size(), 4u);
}

TEST_F(VersionSweepTest, OnlyTheVeryVersionThatWasArchivedGoes) {
  support::fill(store_, 2, 1);
  options_.delete_versions = false;
  support::run(store_, options_);
  options_.delete_versions = true;
  // The same bytes under another id, and other bytes under a marker of somebody else.
  store_.put(support::kSource, day_key(1, 0), "later");
  s3::DeleteItem item;
  item.key = day_key(1, 0);
  store_.delete_object(support::kSource, item, s3::ObjectStore::Resend::allowed);
  store_.put(support::kSource, day_key(1, 9), "never archived");
  item.key = day_key(1, 9);
  store_.delete_object(support::kSource, item, s3::ObjectStore::Resend::allowed);
  const GroupReport report = run();
  EXPECT_EQ(report.versions_deleted, 2u);
  EXPECT_EQ(report.versions_kept, 2u);
  EXPECT_EQ(versions(9).size(), 2u);
}

TEST_F(VersionSweepTest, AVersionUnderANewerObjectStays) {
  support::fill(store_, 1, 1);
  options_.delete_versions = false;
  support::run(store_, options_);
  store_.put(support::kSource, day_key(1, 0), "newer");
  options_.delete_versions = true;
  store_.before = [](const Call& c) {
    if (c.op == Op::get && c.bucket == support::kSource)
      throw store_error(ErrorKind::transient, "InternalError");
  };
  EXPECT_EQ(run().versions_deleted, 0u) << "only what a marker hides is ours to delete";
  EXPECT_EQ(versions(0).size(), 3u);
  EXPECT_EQ(store_.objects(support::kSource).at(day_key(1, 0)).body, "newer");
}

TEST_F(VersionSweepTest, TheSelectionHoldsForVersionsToo) {
  support::fill(store_, 2, 1);
  options_.delete_versions = false;
  support::run(store_, options_);
  options_.delete_versions = true;
  options_.selection.exclude = {"*000.xml"};
  EXPECT_EQ(run().versions_deleted, 1u);
  EXPECT_EQ(versions(0).size(), 2u);
}

TEST_F(VersionSweepTest, SuspendedVersioningBringsNothingBack) {
  store_.put(support::kSource, day_key(1, 0), "v1 OLD");
  const std::string old = versions(0).at(0);
  store_.suspended = true;
  store_.put(support::kSource, day_key(1, 0), "v2 NEW");
  const GroupReport report = run();
  EXPECT_EQ(report.deleted, 1u);
  EXPECT_TRUE(store_.keys(support::kSource).empty());
  EXPECT_EQ(versions(0), (std::vector<std::string>{old, "marker null"}));
  EXPECT_EQ(report.versions_kept, 1u);
}

TEST_F(VersionSweepTest, ANullVersionUnderAMarkerIsKeptAndCounted) {
  store_.suspended = true;
  store_.put(support::kSource, day_key(1, 0), "from before");
  store_.suspended = false;
  const GroupReport report = run();
  EXPECT_EQ(report.deleted, 1u);
  EXPECT_EQ(report.versions_deleted, 0u) << "a PUT may have put another object in its place";
  EXPECT_EQ(report.versions_kept, 1u);
}

TEST_F(VersionSweepTest, ALockedVersionIsNamedEachTime) {
  support::fill(store_, 1, 1);
  store_.alter_delete = [](std::vector<s3::DeleteResult>& results) {
    for (auto& result : results) {
      if (result.version_id.empty()) continue;
      result.outcome = Outcome::refused;
      result.code = "AccessDenied";
      result.kind = ErrorKind::access_denied;
    }
  };
  EXPECT_EQ(run().left.by_reason(), (std::map<LeftReason, std::uint64_t>{{LeftReason::not_deleted, 1}}));
}

TEST_F(VersionSweepTest, AnArchiveThatIsGoneDeletesNoVersion) {
  support::fill(store_, 1, 1);
  options_.delete_versions = false;
  support::run(store_, options_);
  store_.erase(support::kArchive, "src/20180401.zip");
  options_.delete_versions = true;
  EXPECT_EQ(run().versions_deleted, 0u);
  EXPECT_EQ(versions(0).size(), 2u);
}

TEST_F(VersionSweepTest, WithoutTheFlagTheReportSaysWhatStays) {
  support::fill(store_, 3, 1);
  options_.delete_versions = false;
  const GroupReport report = run();
  EXPECT_EQ(report.markers, 3u);
  EXPECT_EQ(report.versions_kept, 3u);
  EXPECT_TRUE(store_.calls(Op::versions).empty());
}

}  // namespace
}  // namespace s3c::archive
