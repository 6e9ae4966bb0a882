// What gc has planned permits nothing: gc looks again right before each removal.
#include "upkeep/gc_execution.h"

#include "gc_fixture.h"

namespace s3c::upkeep {
namespace {

class GcExecutionTest : public testing::GcFixture {
 protected:
  GcExecutionTest() : catalog_(store_, support::kArchive) {
    support::run(store_, options());
    const catalog::ManifestName name = catalog_.list_volume(testing::kName).at(0);
    manifest_ = catalog_.read_manifest(name);
  }

  catalog::ManifestName name() const { return {manifest_.archive_key, manifest_.id}; }
  static Garbage garbage(GarbageKind kind, std::string key) { return {kind, std::move(key), "", {}, 0, ""}; }
  Garbage index_garbage() const {
    return garbage(GarbageKind::index, catalog::index_key(manifest_.archive_key, manifest_.id));
  }
  LoneIndex lone_index() const { return {index_garbage(), name(), {}}; }

  GcReport carry_out(const GcCandidate& candidate) {
    const GcOptions options = testing::gc_options();
    GcProgress progress;
    const auto log = base::make_null_logger();
    const GcContext context{store_, *log, progress, {}};
    GcTally tally(options, context, base::AgeLimit(store_.now(), options.min_age));
    catalog::AbortProbe probe(store_, support::kArchive, "nothing was removed");
    GcRemover remover(store_, catalog_, probe, tally);
    GcExecution(context, catalog_, remover, tally).carry_out(candidate);
    return tally.finish();
  }
  /// The volume is committed and whole, so all of it stays, whatever the plan was.
  void expect_nothing_happens(const GcCandidate& candidate) {
    const auto keys = store_.keys(support::kArchive);
    const GcReport report = carry_out(candidate);
    EXPECT_EQ(report.removed.count() + report.left.count() + report.waiting.count() + report.damaged.count(),
              0u);
    EXPECT_EQ(store_.keys(support::kArchive), keys);
  }

  catalog::Catalog catalog_;
  index::Manifest manifest_;
};

INSTANTIATE_TEST_SUITE_P(Stores, GcExecutionTest, ::testing::Bool(), testing::store_name);

TEST_P(GcExecutionTest, ARecordThatWasCommittedAfterThePlanStays) {
  expect_nothing_happens(UncommittedRecord{
      garbage(GarbageKind::manifest, catalog::manifest_key(manifest_.archive_key, manifest_.id)), manifest_,
      index_garbage(), std::nullopt});
}

TEST_P(GcExecutionTest, AnIndexWhoseManifestWasWrittenAfterThePlanStays) {
  expect_nothing_happens(lone_index());
}

TEST_P(GcExecutionTest, AnIndexThatWasMarkedAfterThePlanStays) {
  store_.erase(support::kArchive, catalog::manifest_key(manifest_.archive_key, manifest_.id));
  store_.erase(support::kArchive, manifest_.archive_key);
  expect_nothing_happens(lone_index());
}

/// Another process makes the record again: it writes its commit mark and looks for the take-back mark before it
/// writes anything else.
TEST_P(GcExecutionTest, AnIndexGoesBehindATakeBackMark) {
  const std::string commit = catalog::commit_mark_key(manifest_.archive_key, manifest_.id);
  const std::string take_back = catalog::take_back_mark_key(manifest_.archive_key, manifest_.id);
  store_.erase(support::kArchive, catalog::manifest_key(manifest_.archive_key, manifest_.id));
  store_.erase(support::kArchive, manifest_.archive_key);
  store_.erase(support::kArchive, commit);
  store_.after = [&](const support::Call& c) {
    if (c.op == support::Op::put && c.key == take_back) store_.put(support::kArchive, commit, "{}");
  };
  EXPECT_EQ(carry_out(lone_index()).removed.count(), 0u) << "the mark came before the index went";
  EXPECT_TRUE(store_.keys(support::kArchive).contains(manifest_.index_key));
  store_.after = {};
  store_.erase(support::kArchive, commit);
  EXPECT_EQ(carry_out(lone_index()).removed.count(), 1u);
  EXPECT_FALSE(store_.keys(support::kArchive).contains(take_back)) << "nothing of it stays";
}

TEST_P(GcExecutionTest, AnIndexInTheMakingStays) {
  LoneIndex index = lone_index();
  index.in_the_making = true;
  store_.erase(support::kArchive, catalog::manifest_key(manifest_.archive_key, manifest_.id));
  store_.erase(support::kArchive, manifest_.archive_key);
  store_.erase(support::kArchive, catalog::commit_mark_key(manifest_.archive_key, manifest_.id));
  expect_nothing_happens(index);
  index.in_the_making = false;
  EXPECT_EQ(carry_out(index).removed.count(), 1u);
}

TEST_P(GcExecutionTest, MarksWhoseManifestIsThereStay) {
  const std::string take_back = catalog::take_back_mark_key(manifest_.archive_key, manifest_.id);
  store_.put(support::kArchive, take_back, "{}");
  expect_nothing_happens(TakeBackMark{garbage(GarbageKind::mark, take_back), name()});
  expect_nothing_happens(LoneCommitMark{
      garbage(GarbageKind::mark, catalog::commit_mark_key(manifest_.archive_key, manifest_.id)), name()});
}

}  // namespace
}  // namespace s3c::upkeep
