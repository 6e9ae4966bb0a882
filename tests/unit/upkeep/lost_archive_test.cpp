// Records outlive their archives: what was committed is told from what never was, by marks and by uploads,
// and never by the answer of an abort (the store in memory acknowledges every one).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "catalog/catalog.h"
#include "catalog/member_search.h"
#include "catalog/take_back.h"
#include "support/promise.h"
#include "upkeep/forget.h"
#include "upkeep/gc_run.h"
#include "upkeep/lost_archive.h"
#include "upkeep/verify_run.h"

namespace s3c::upkeep {
namespace {

using base::ErrorKind;
using std::chrono::days;
using support::Call;
using support::error_kind;
using support::FakeStore;
using support::Op;
using support::store_error;
using ::testing::HasSubstr;

INSTANTIATE_TEST_SUITE_P(Stores, LostArchiveTest, ::testing::Bool(),
                         [](const auto& powers) { return powers.param ? "full" : "lesser"; });

// --- the mark

TEST_P(LostArchiveTest, TheMarkComesBeforeTheFirstDelete) {
  ASSERT_FALSE(support::run(store_, options_).total().failure);
  const auto marks = store_.calls(Op::put, "/commit/");
  ASSERT_EQ(marks.size(), 1u);
  const Call first_delete = store_.calls(Op::del, "sources/").at(0);
  const Call their_mark = store_.calls(Op::head, "/take_back/").at(0);
  const Call manifest = store_.calls(Op::head, "/manifest/").at(0);
  EXPECT_LT(marks[0].ended, their_mark.began);
  EXPECT_LT(their_mark.ended, manifest.began);
  EXPECT_LT(manifest.ended, first_delete.began);
  const std::string id = only_name().id;
  EXPECT_EQ(store_.objects(support::kArchive).at(catalog::commit_mark_key(kVolume, id)).body,
            "{\"format\":1,\"id\":\"" + id + "\",\"archive\":\"src/20180401.zip\"}\n");
}

TEST_P(LostArchiveTest, WithoutAMarkNothingIsDeleted) {
  for (const bool after_effect : {false, true}) {
    (after_effect ? store_.after : store_.before) = [](const Call& c) {
      if (c.op == Op::put && c.key.starts_with(catalog::kCommitFolder))
        throw store_error(ErrorKind::transient, "InternalError");
    };
    const archive::GroupReport report = support::run(store_, options_).total();
    store_.before = store_.after = {};
    EXPECT_TRUE(report.failure);
    EXPECT_EQ(store_.keys(support::kSource).size(), 2u);
  }
  EXPECT_FALSE(support::run(store_, options_).total().failure)
      << "a mark that is there already is no trouble";
  EXPECT_TRUE(store_.keys(support::kSource).empty());
}

TEST_P(LostArchiveTest, AMarkIsNeverOverwritten) {
  archive_unmarked();
  catalog_.mark(proof());
  const std::string key = catalog::commit_mark_key(kVolume, only_name().id);
  const auto written = store_.objects(support::kArchive).at(key).version_id;
  store_.edit(support::kArchive, key, [](support::StoredObject& object) { object.body = "the first one"; });
  catalog_.mark(proof());
  EXPECT_EQ(store_.objects(support::kArchive).at(key).body, "the first one");
  EXPECT_EQ(store_.objects(support::kArchive).at(key).version_id, written);
}

TEST_P(LostArchiveTest, AMarkThatTheStoreOnlyClaimsToHaveIsWrittenAllTheSame) {
  archive_unmarked();
  // Some stores refuse If-None-Match over a delete marker. And a process that takes the same record back may
  // have removed its mark since.
  bool refused = false;
  store_.before = [&](const Call& c) {
    if (c.op == Op::put && !std::exchange(refused, true))
      throw store_error(ErrorKind::precondition_failed, "PreconditionFailed");
  };
  catalog_.mark(proof());
  EXPECT_TRUE(refused);
  EXPECT_TRUE(has(catalog::commit_mark_key(kVolume, only_name().id)));
}

TEST_P(LostArchiveTest, AMarkThatCanNotBeWrittenStopsTheRun) {
  archive_unmarked();
  store_.before = [](const Call& c) {
    if (c.op == Op::put) throw store_error(ErrorKind::precondition_failed, "PreconditionFailed");
  };
  EXPECT_EQ(error_kind([&] { catalog_.mark(proof()); }), ErrorKind::precondition_failed);
}

TEST_P(LostArchiveTest, AVolumeIsMarkedAlsoIfItsSourcesAreKept) {
  archive(true);
  EXPECT_TRUE(has(catalog::commit_mark_key(kVolume, only_name().id)));
  lose_archive();
  expect_it_stays(3);
}

TEST_P(LostArchiveTest, AVolumeIsMarkedAlsoIfItsSourcesAreGone) {
  store_.after = [&](const Call& c) {
    if (c.op != Op::complete || !c.key.ends_with(".zip")) return;
    for (const std::string& key : store_.keys(support::kSource)) store_.erase(support::kSource, key);
  };
  archive();
  store_.after = {};
  EXPECT_TRUE(has(catalog::commit_mark_key(kVolume, only_name().id)));
}

TEST_P(LostArchiveTest, ARunMarksWhatItMeets) {
  for (const bool old : {false, true}) {
    for (const bool keep_sources : {false, true}) {
      SCOPED_TRACE(fmt::format("old {}, keep_sources {}", old, keep_sources));
      support::fill(store_, 2, 1);
      archive_unmarked();
      if (old) make_old(false);
      // A late arrival, and nothing that the volume holds.
      for (const std::string& key : store_.keys(support::kSource)) store_.erase(support::kSource, key);
      store_.put(support::kSource, support::day_key(1, 7), "late");
      options_.keep_sources = keep_sources;
      ASSERT_FALSE(support::run(store_, options_).total().failure);
      EXPECT_TRUE(has(catalog::commit_mark_key(kVolume, only_name().id)));
      lose_archive();
      EXPECT_EQ(gc().damaged.count(), 1u);
      for (const std::string& key : store_.keys(support::kArchive)) store_.erase(support::kArchive, key);
    }
  }
}

TEST_P(LostArchiveTest, ADryRunMarksNothing) {
  archive_unmarked();
  EXPECT_FALSE(support::plan(store_, options_).total().failure);
  EXPECT_FALSE(has(catalog::commit_mark_key(kVolume, only_name().id)));
  EXPECT_TRUE(store_.calls(Op::put).empty());
}

TEST_P(LostArchiveTest, AMarkThatIsThereCostsNothing) {
  archive(true);
  options_.keep_sources = true;
  EXPECT_FALSE(support::run(store_, options_).total().failure);
  EXPECT_EQ(store_.calls(Op::list, "/commit/").size(), 1u) << "one for all volumes of the group";
  EXPECT_TRUE(store_.calls(Op::put, "/commit/").empty());
  EXPECT_TRUE(store_.calls(Op::head, "/commit/").empty());
  EXPECT_TRUE(store_.calls(Op::head, "/take_back/").empty());
}

// --- what stays and what goes

TEST_P(LostArchiveTest, ADeletedArchive) {
  archive();
  lose_archive();
  expect_it_stays();
  bring_archive_back();
  EXPECT_EQ(verify().damaged, 0u) << "nothing of it was lost";
}

TEST_P(LostArchiveTest, AnArchiveThatLostItsId) {
  archive();
  store_.edit(support::kArchive, kVolume, [](support::StoredObject& object) {
    object.metadata.clear();
    object.body = "another object";
    object.etag = "0123456789abcdef0123456789abcdef";
  });
  expect_it_stays();
}

TEST_P(LostArchiveTest, AnArchiveThatAnotherReplaced) {
  archive();
  store_.edit(support::kArchive, kVolume, [](support::StoredObject& object) {
    object.metadata[catalog::kIdMetadata] = "01B8J3Z7Q40000000000000000";
    object.body = "another volume";
    object.etag = "0123456789abcdef0123456789abcdef";
  });
  expect_it_stays();
}

TEST_P(LostArchiveTest, AnArchiveOnWhoseWordNothingWasDeleted) {
  archive_unmarked();
  lose_archive();
  expect_it_goes();
  EXPECT_FALSE(support::run(store_, options_).total().failure);
  EXPECT_TRUE(has(kVolume)) << "its name is free again";
  EXPECT_TRUE(store_.keys(support::kSource).empty());
}

TEST_P(LostArchiveTest, AnOldRecordThatMayHaveBeenCommitted) {
  archive();
  make_old(false);
  lose_archive();
  expect_it_stays();
}

TEST_P(LostArchiveTest, AnOldRecordInTheMaking) {
  archive();
  make_old(true);
  lose_archive();
  expect_it_goes();
}

TEST_P(LostArchiveTest, AnOldRecordWhoseUploadsMayNotBeListed) {
  archive();
  make_old(true);
  lose_archive();
  const auto before = records();
  store_.before = [](const Call& c) {
    if (c.op == Op::uploads) throw store_error(ErrorKind::access_denied, "AccessDenied");
  };
  EXPECT_TRUE(std::holds_alternative<catalog::LostArchive>(
      catalog::take_back(store_, catalog_, catalog_.read_manifest(only_name()))));
  EXPECT_EQ(catalog_.load_group("src/20180401").lost.size(), 1u);
  EXPECT_EQ(records(), before);
}

TEST_P(LostArchiveTest, AMarkWhoseManifestIsGone) {
  archive();
  const catalog::ManifestName name = only_name();
  const std::string manifest_key = catalog::manifest_key(kVolume, name.id);
  const std::string manifest = store_.objects(support::kArchive).at(manifest_key).body;
  store_.erase(support::kArchive, manifest_key);
  const auto forget = [&] { return error_kind([&] { forget_volume(store_, support::kArchive, kVolume); }); };
  EXPECT_EQ(forget(), ErrorKind::precondition_failed) << "catalog rebuild can bring it back";
  EXPECT_TRUE(has(catalog::commit_mark_key(kVolume, name.id)));
  lose_archive();
  const auto before = records();
  // Its run put it after gc had listed the manifests.
  store_.before = [&](const Call& c) {
    if (c.op == Op::head && c.key == manifest_key) store_.put(support::kArchive, manifest_key, manifest);
  };
  EXPECT_EQ(gc().damaged.count(), 0u);
  store_.before = {};
  store_.erase(support::kArchive, manifest_key);
  const GcReport report = gc();
  EXPECT_EQ(report.removed.count(), 0u);
  ASSERT_EQ(report.damaged.count(), 1u);
  EXPECT_EQ(report.damaged.named()[0].key, catalog::commit_mark_key(kVolume, name.id));
  EXPECT_THAT(report.damaged.named()[0].why, HasSubstr("catalog forget"));
  EXPECT_THAT(report.damaged.named()[0].why, Not(HasSubstr("catalog rebuild")))
      << "nothing is left to rebuild it from";
  store_.put(support::kArchive, kVolume, "another object");
  EXPECT_THAT(gc().damaged.named()[0].why, HasSubstr("another object stands"));
  EXPECT_THAT(gc().damaged.named()[0].why, Not(HasSubstr("catalog rebuild")));
  store_.erase(support::kArchive, kVolume);
  EXPECT_EQ(verify().damaged, 1u);
  store_.erase(support::kArchive, catalog::index_key(kVolume, name.id));
  EXPECT_EQ(verify().damaged, 1u);
  EXPECT_EQ(gc().damaged.count(), 1u);
  EXPECT_TRUE(before.contains(catalog::commit_mark_key(kVolume, name.id)));
  EXPECT_TRUE(has(catalog::commit_mark_key(kVolume, name.id)));
}

TEST_P(LostArchiveTest, FindSaysThatMembersAreLost) {
  archive();
  const index::Manifest first = catalog_.read_manifest(only_name());
  // Another archive stands at its name, with a record of its own.
  index::Manifest other = first;
  other.id = "01B8J3Z7Q40000000000000000";
  other.index_key = catalog::index_key(kVolume, other.id);
  catalog_.put_manifest(other);
  store_.edit(support::kArchive, kVolume,
              [&](support::StoredObject& object) { object.metadata[catalog::kIdMetadata] = other.id; });
  const catalog::CatalogScope all = scope();
  const catalog::MemberQuery everything;
  const catalog::SearchReport report =
      catalog::search_members(store_, {all, everything, "", 1}, {}, [](catalog::FoundKey&&) {});
  ASSERT_GE(report.failures.named().size(), 1u);
  EXPECT_THAT(report.failures.named()[0].what(), HasSubstr("its members are lost"));
}

// --- a remover and a deleter that meet; the environment takes the archive away and brings it back

TEST_P(LostArchiveTest, AMarkThatComesWhileItsRecordIsTakenBackWins) {
  archive_unmarked();
  const catalog::CommittedVolume seen = proof();
  const auto before = records();
  lose_archive();
  std::atomic<bool> done{false};
  // After the remover has looked for the mark, before it has put its own.
  store_.before = [&](const Call& c) {
    if (c.op != Op::put || !c.key.starts_with(catalog::kTakeBackFolder) || done.exchange(true)) return;
    bring_archive_back();
    catalog_.mark(seen);  // from here on it deletes
  };
  EXPECT_TRUE(
      std::holds_alternative<catalog::LostArchive>(catalog::take_back(store_, catalog_, seen.manifest())));
  EXPECT_TRUE(done);
  EXPECT_THAT(records(), ::testing::IsSupersetOf(before));
}

TEST_P(LostArchiveTest, AMarkThatComesTooLateLicensesNothing) {
  archive_unmarked();
  const catalog::CommittedVolume seen = proof();
  lose_archive();
  for (const char* moment : {"/manifest/", "/index/", "/take_back/"}) {
    SCOPED_TRACE(moment);
    std::atomic<bool> done{false};
    store_.before = [&](const Call& c) {
      if (c.op != Op::del || c.key.find(moment) == std::string::npos || done.exchange(true)) return;
      bring_archive_back();
      EXPECT_EQ(error_kind([&] { catalog_.mark(seen); }), ErrorKind::transient);
      lose_archive();
      store_.erase(support::kArchive, catalog::commit_mark_key(kVolume, seen.manifest().id));
    };
    EXPECT_TRUE(
        std::holds_alternative<catalog::TakenBack>(catalog::take_back(store_, catalog_, seen.manifest())));
    EXPECT_TRUE(done);
    store_.before = {};
  }
  EXPECT_EQ(error_kind([&] { catalog_.mark(seen); }), ErrorKind::transient) << "its manifest is gone";
  EXPECT_FALSE(has(catalog::take_back_mark_key(kVolume, seen.manifest().id)));
}

TEST_P(LostArchiveTest, AnEarlierRunsVolumeIsLookedAtAgainBeforeItsSourcesGo) {
  archive(true);
  const index::Manifest manifest = catalog_.read_manifest(only_name());
  const std::string manifest_key = catalog::manifest_key(kVolume, manifest.id);
  const std::string take_back_key = catalog::take_back_mark_key(kVolume, manifest.id);
  // Once the run has its proof, another process begins to remove the record; or has removed it.
  for (const bool removed : {false, true}) {
    SCOPED_TRACE(removed);
    store_.before = [&](const Call& c) {
      if (c.op != Op::list || c.key.find("/commit/") == std::string::npos) return;
      if (removed) {
        store_.erase(support::kArchive, manifest_key);
      } else {
        catalog_.put_take_back_mark(manifest);
      }
    };
    EXPECT_TRUE(support::run(store_, options_).total().failure);
    store_.before = {};
    EXPECT_EQ(store_.keys(support::kSource).size(), 2u);
    if (!removed) store_.erase(support::kArchive, take_back_key);
  }
}

TEST_P(LostArchiveTest, ATakeBackMarkThatWasLeftGoesAfterItsRecord) {
  archive_unmarked();
  const index::Manifest manifest = catalog_.read_manifest(only_name());
  catalog_.put_take_back_mark(manifest);
  EXPECT_EQ(gc().removed.count(), 0u) << "somebody may be at it";
  EXPECT_TRUE(has(catalog::take_back_mark_key(kVolume, manifest.id)));
  EXPECT_TRUE(support::run(store_, options_).total().failure);
  EXPECT_EQ(store_.keys(support::kSource).size(), 2u);
  for (const std::string& key :
       {catalog::manifest_key(kVolume, manifest.id), catalog::index_key(kVolume, manifest.id)})
    store_.erase(support::kArchive, key);
  lose_archive();
  EXPECT_EQ(gc(true).removed.count(), 1u);
  EXPECT_EQ(gc().removed.count(), 1u);
  EXPECT_EQ(records(), std::set<std::string>{catalog::commit_mark_key(kVolume, manifest.id)})
      << "never removed";
}

TEST_P(LostArchiveTest, TheNameOfAVolumeWhoseManifestAndArchiveAreGoneIsTaken) {
  archive();
  store_.erase(support::kArchive, catalog::manifest_key(kVolume, only_name().id));
  lose_archive();
  const auto before = records();
  ASSERT_EQ(before.size(), 2u) << "index and commit mark";
  // Nothing is to do: nothing is asked.
  ASSERT_FALSE(support::run(store_, options_).total().failure);
  EXPECT_EQ(store_.calls(Op::list, std::string(catalog::kCommitFolder)).size(), 0u);
  store_.put(support::kSource, support::day_key(1, 7), "late");
  for (const bool dry_run : {true, false}) {
    store_.forget_journal();
    const archive::GroupReport report =
        (dry_run ? support::plan(store_, options_) : support::run(store_, options_)).total();
    EXPECT_FALSE(report.failure);
    EXPECT_EQ(report.lost, std::vector<std::string>{kVolume}) << dry_run;
    EXPECT_EQ(store_.calls(Op::list, std::string(catalog::kCommitFolder)).size(), 1u) << "once for the group";
  }
  EXPECT_TRUE(has(kSecond));
  EXPECT_FALSE(has(kVolume));
  EXPECT_THAT(records(), ::testing::IsSupersetOf(before));
  EXPECT_TRUE(store_.keys(support::kSource).empty());
}

// Ceph RGW lists an object whose GET answers 404 when the bucket's index has a stale entry.
TEST_P(LostArchiveTest, TheNameOfAVolumeWhoseManifestIsOnlyListedIsTaken) {
  archive();
  const std::string manifest = catalog::manifest_key(kVolume, only_name().id);
  lose_archive();
  store_.put(support::kSource, support::day_key(1, 7), "late");
  store_.before = [&](const Call& c) {
    if (c.op == Op::get && c.key == manifest) throw store_error(ErrorKind::not_found, "NoSuchKey");
  };
  EXPECT_EQ(support::run(store_, options_).total().lost, std::vector<std::string>{kVolume});
  EXPECT_TRUE(has(kSecond));
  EXPECT_FALSE(has(kVolume));
}

TEST_P(LostArchiveTest, AStoreWhoseAbortsRemoveObjectsIsNotUsed) {
  store_.after = [&](const Call& c) {
    if (c.op == Op::abort) store_.erase(support::kArchive, c.key);
  };
  EXPECT_EQ(error_kind([&] { support::run(store_, options_); }), ErrorKind::unsupported);
  EXPECT_TRUE(store_.keys(support::kArchive).empty());
  EXPECT_EQ(store_.keys(support::kSource).size(), 2u);
}

}  // namespace
}  // namespace s3c::upkeep
