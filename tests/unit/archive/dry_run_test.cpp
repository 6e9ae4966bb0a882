// Every command's dry run, and every command that only reads, through a store that refuses changes: it comes
// to its end, and no request that could change anything was made.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <string>

#include "archive/archive_plan.h"
#include "archive/archive_run.h"
#include "catalog/catalog.h"
#include "catalog/member_search.h"
#include "catalog/volume_listing.h"
#include "catalog/volume_state.h"
#include "restore/restore_plan.h"
#include "restore/restore_run.h"
#include "s3/read_only_store.h"
#include "support/promise.h"
#include "upkeep/gc_run.h"
#include "upkeep/verify_run.h"

namespace s3c::archive {
namespace {

using base::ErrorKind;
using support::FakeStore;
using support::Op;

constexpr Op kWrites[] = {Op::restore,   Op::put,      Op::create, Op::part,
                          Op::part_copy, Op::complete, Op::abort,  Op::del};

/// Two archived days, frozen, and new objects beside what was archived.
class DryRunTest : public ::testing::Test {
 protected:
  DryRunTest() {
    store_.freezes_archives = true;
    store_.time = [this] { return clock_.now(); };
    support::fill(store_, 3);
    ArchiveOptions options = support::small_options();
    options.keep_sources = true;
    EXPECT_FALSE(support::run(store_, options, clock_).total().failure);
    for (const int day : {1, 2}) {
      for (const int n : {10, 11}) store_.put(support::kSource, support::day_key(day, n), "late");
    }
    clock_.move(std::chrono::days(30));
    remember();
  }
  /// What two killed runs left: one in the middle of an upload, one behind its manifest.
  void leave_garbage() {
    for (const Op last : {Op::part, Op::complete}) {
      std::atomic<bool> dead = false;
      store_.before = [&](const support::Call& call) {
        if (call.op == last && call.key.starts_with("src/")) dead = true;
        if (dead) throw support::store_error(ErrorKind::transient, "InternalError");
      };
      support::run(store_, support::small_options(), clock_);
      store_.before = {};
    }
    EXPECT_GT(store_.open_uploads(), 0u);
    clock_.move(std::chrono::days(30));
    remember();
  }
  void remember() {
    keys_ = {store_.keys(support::kSource), store_.keys(support::kArchive)};
    store_.forget_journal();
  }
  ~DryRunTest() override {
    for (const Op op : kWrites) EXPECT_TRUE(store_.calls(op).empty()) << static_cast<int>(op);
    EXPECT_FALSE(store_.journal().empty()) << "something was looked at";
    EXPECT_EQ(keys_, (std::vector{store_.keys(support::kSource), store_.keys(support::kArchive)}));
  }

  catalog::CatalogScope scope() const {
    catalog::CatalogScope scope;
    scope.archive_bucket = support::kArchive;
    scope.bucket = support::kSource;
    return scope;
  }
  RunReport archive(const ArchiveOptions& options) {
    Progress progress;
    return run_archive(options, {{read_only_, read_only_}, clock_, *log_, progress, {}});
  }
  RunReport plan(const ArchiveOptions& options) {
    Progress progress;
    return plan_archive(options, {{read_only_, read_only_}, clock_, *log_, progress, {}});
  }
  upkeep::GcReport gc(bool dry_run) {
    upkeep::GcOptions options;
    options.archive_bucket = support::kArchive;
    options.bucket = support::kSource;
    options.dry_run = dry_run;
    options.threads = 2;
    upkeep::GcProgress progress;
    return upkeep::run_gc(options, {read_only_, *log_, progress, {}});
  }

  FakeStore store_;
  s3::ReadOnlyStore read_only_{store_};
  support::FakeClock clock_;
  std::shared_ptr<base::Logger> log_ = base::make_null_logger();
  std::vector<std::set<std::string>> keys_;
};

TEST_F(DryRunTest, Archive) {
  leave_garbage();
  for (const bool special : {false, true}) {
    ArchiveOptions options = support::small_options();
    options.readback = options.delete_versions = special;
    options.conditional_complete = options.additional_checksums = std::nullopt;
    options.delete_conditions.reset();
    const GroupReport total = plan(options).total();
    EXPECT_FALSE(total.failure) << total.failure->what();
    EXPECT_EQ(total.to_archive, 4u);
  }
}

TEST_F(DryRunTest, AnArchiveWithoutManifestIsForeseen) {
  for (const std::string& key : store_.keys(support::kArchive)) {
    if (key.starts_with(catalog::kManifestFolder)) store_.erase(support::kArchive, key);
  }
  remember();
  const RunReport frozen = plan(support::small_options());
  ASSERT_TRUE(frozen.total().failure) << "the run would end with it";
  EXPECT_EQ(frozen.total().failure->kind(), ErrorKind::wrong_state);
  for (const char* key : {"src/20180401.zip", "src/20180402.zip"})
    store_.edit(support::kArchive, key, [](support::StoredObject& o) { o.thaw = {}; });
  EXPECT_FALSE(plan(support::small_options()).total().failure) << "the run makes the record again";
}

TEST_F(DryRunTest, ADryRunMayNotReadTagsEither) {
  store_.before = [](const support::Call& call) {
    if (call.op == Op::tagging) throw support::store_error(ErrorKind::access_denied, "AccessDenied");
  };
  ArchiveOptions options = support::small_options();
  const RunReport denied = plan(options);
  ASSERT_TRUE(denied.total().failure);
  EXPECT_EQ(denied.total().failure->kind(), ErrorKind::access_denied);
  EXPECT_NE(std::string(denied.total().failure->what()).find("without their tags"), std::string::npos);
  options.without_tags = true;
  EXPECT_FALSE(plan(options).total().failure);
}

/// A group of millions of objects is listed once, and a plan costs no request that the run doesn't send too.
TEST(PlanTest, APlanTellsWhatTheRunThenDoesAndAsksNoMore) {
  FakeStore store;
  support::FakeClock clock;
  store.time = [&] { return clock.now(); };
  support::fill(store, 3);
  ArchiveOptions options = support::small_options();
  options.keep_sources = true;
  options.resources.open_groups = 1;  // so that both ask for the tags of the same object
  EXPECT_FALSE(support::run(store, options, clock).total().failure);
  for (const int day : {1, 2}) store.put(support::kSource, support::day_key(day, 10), "late");
  const auto log = base::make_null_logger();
  Progress progress;
  const auto reads_of = [&](const auto& act) {
    store.forget_journal();
    act();
    std::multiset<std::string> reads;
    for (const support::Call& call : store.journal()) {
      if (call.op == Op::list || call.op == Op::head || call.op == Op::get)
        reads.insert(fmt::format("{} {}/{}", static_cast<int>(call.op), call.bucket, call.key));
    }
    return reads;
  };

  GroupReport planned, done;
  const RunContext context{{store, store}, clock, *log, progress, {}};
  const auto of_plan = reads_of([&] { planned = plan_archive(options, context).total(); });
  const auto of_run = reads_of([&] { done = run_archive(options, context).total(); });
  EXPECT_EQ(planned.to_archive, 2u);
  EXPECT_EQ(planned.already_archived, 6u);
  EXPECT_EQ(planned.to_delete().objects, 8u);
  EXPECT_EQ(planned.to_delete().bytes, planned.listed_bytes);
  EXPECT_EQ(planned.listed, done.listed);
  EXPECT_EQ(planned.already_archived, done.already_archived);
  std::uint64_t packed = 0;
  for (const VolumeReport& volume : done.volumes) packed += volume.objects;
  EXPECT_EQ(planned.to_archive, packed);
  const std::string list = fmt::format("{} {}/sources/", static_cast<int>(Op::list), support::kSource);
  for (const char* day : {"2018/04/01/", "2018/04/02/"}) {
    EXPECT_EQ(of_plan.count(list + day), 1u) << day;
    EXPECT_EQ(of_run.count(list + day), 1u) << day;
  }
  for (const std::string& read : of_plan) {
    // The check of the bucket and the search both list the top.
    EXPECT_EQ(of_plan.count(read), read == list ? 2u : 1u) << read;
  }
  // The marks tell of lost volumes, which a plan names as a run does. They are listed once.
  for (const char* day : {"20180401", "20180402"}) {
    const std::string marks = fmt::format("{} {}/{}src/{}", static_cast<int>(Op::list), support::kArchive,
                                          catalog::kCommitFolder, day);
    EXPECT_EQ(of_plan.count(marks), 1u) << day;
    EXPECT_EQ(of_run.count(marks), 1u) << day;
  }
  EXPECT_TRUE(std::includes(of_run.begin(), of_run.end(), of_plan.begin(), of_plan.end()));
}

TEST_F(DryRunTest, Gc) {
  leave_garbage();
  const upkeep::GcReport report = gc(true);
  EXPECT_GT(report.removed.count(), 2u);
  EXPECT_EQ(report.left.count() + report.failures.count(), 0u);
}

TEST_F(DryRunTest, Restore) {
  restore::RestoreOptions options;
  options.scope = scope();
  restore::RestoreProgress progress;
  base::Slots slots{1};
  const auto target = restore::make_bucket_target(read_only_, slots, support::kSource, "", false);
  const restore::RestorePlan plan = restore::plan_restore(
      options,
      {read_only_, clock_, *log_, progress, {}, {}, [&](const std::string&) -> restore::RestoreTarget& {
         return *target;  // the plan looks at it
       }});
  EXPECT_EQ(plan.members, 6u);
  EXPECT_EQ(plan.there, 6u) << "their sources were kept";
  EXPECT_EQ(plan.failures.count(), 0u);
}

TEST_F(DryRunTest, Verify) {
  for (const bool deep : {false, true}) {
    upkeep::VerifyOptions options;
    options.scope = scope();
    options.deep = deep;
    options.memory_bytes = 64 << 20;
    upkeep::VerifyProgress progress;
    const upkeep::VerifyReport report = upkeep::run_verify(options, {read_only_, *log_, progress, {}});
    EXPECT_EQ(report.failures.count(), 0u);
    EXPECT_GT(report.volumes, 0u);
  }
}

TEST_F(DryRunTest, FindAndLs) {
  const catalog::MemberQuery everything;
  std::size_t rows = 0;
  const catalog::SearchReport report =
      catalog::search_members(read_only_, {scope(), everything, "", 2}, {},
                              [&](catalog::FoundKey&& found) { rows += found.members.size(); });
  EXPECT_EQ(report.failures.count(), 0u);
  EXPECT_EQ(rows, 6u);
  catalog::Catalog catalog(read_only_, support::kArchive);
  const catalog::CatalogScope all = scope();
  catalog::VolumeListing listing(read_only_, all);
  std::size_t volumes = 0;
  for (std::optional<catalog::ListedVolume> volume = listing.next(); volume; volume = listing.next()) {
    catalog::find_state(read_only_, catalog, *volume);
    ++volumes;
  }
  EXPECT_EQ(volumes, 4u);
}

/// What the store is for: a command that should only look and doesn't ends in an error that names the
/// request.
TEST_F(DryRunTest, ARunInEarnestFailsAtItsFirstWrite) {
  leave_garbage();
  ArchiveOptions options = support::small_options();
  EXPECT_EQ(support::error_kind([&] { archive(options); }), ErrorKind::internal);
  options.conditional_complete = std::nullopt;  // the probe writes as well
  EXPECT_EQ(support::error_kind([&] { archive(options); }), ErrorKind::internal);
  EXPECT_EQ(support::error_kind([&] { gc(false); }), ErrorKind::internal) << "its probe writes first";
}

}  // namespace
}  // namespace s3c::archive
