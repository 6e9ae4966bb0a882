// Every command's dry run, and every command that only reads, through a store that refuses changes: it comes
// to its end, and no request that could change anything was made.
#include <gtest/gtest.h>

#include <atomic>

#include "archive/archive_run.h"
#include "archive/gc_run.h"
#include "archive/member_search.h"
#include "archive/restore_plan.h"
#include "archive/restore_run.h"
#include "archive/verify_run.h"
#include "archive/volume_listing.h"
#include "archive/volume_state.h"
#include "promise.h"
#include "s3/read_only_store.h"

namespace s3c::archive {
namespace {

using base::ErrorKind;
using testing::FakeStore;
using testing::Op;

constexpr Op kWrites[] = {Op::restore,   Op::put,      Op::create, Op::part,
                          Op::part_copy, Op::complete, Op::abort,  Op::del};

/// Two archived days, frozen, and new objects beside what was archived.
class DryRunTest : public ::testing::Test {
 protected:
  DryRunTest() {
    store_.freezes_archives = true;
    store_.time = [this] { return clock_.now(); };
    testing::fill(store_, 3);
    ArchiveOptions options = testing::small_options();
    options.keep_sources = true;
    EXPECT_FALSE(testing::run(store_, options, clock_).total().failure);
    for (const int day : {1, 2}) {
      for (const int n : {10, 11}) store_.put(testing::kSource, testing::day_key(day, n), "late");
    }
    clock_.move(std::chrono::days(30));
    remember();
  }
  /// What two killed runs left: one in the middle of an upload, one behind its manifest.
  void leave_garbage() {
    for (const Op last : {Op::part, Op::complete}) {
      std::atomic<bool> dead = false;
      store_.before = [&](const testing::Call& call) {
        if (call.op == last && call.key.starts_with("src/")) dead = true;
        if (dead) throw testing::store_error(ErrorKind::transient, "InternalError");
      };
      testing::run(store_, testing::small_options(), clock_);
      store_.before = {};
    }
    EXPECT_GT(store_.open_uploads(), 0u);
    clock_.move(std::chrono::days(30));
    remember();
  }
  void remember() {
    keys_ = {store_.keys(testing::kSource), store_.keys(testing::kArchive)};
    store_.forget_journal();
  }
  ~DryRunTest() override {
    for (const Op op : kWrites) EXPECT_TRUE(store_.calls(op).empty()) << static_cast<int>(op);
    EXPECT_FALSE(store_.journal().empty()) << "something was looked at";
    EXPECT_EQ(keys_, (std::vector{store_.keys(testing::kSource), store_.keys(testing::kArchive)}));
  }

  CatalogScope scope() const {
    CatalogScope scope;
    scope.archive_bucket = testing::kArchive;
    scope.bucket = testing::kSource;
    return scope;
  }
  RunReport archive(const ArchiveOptions& options) {
    Progress progress;
    return run_archive(options, {{read_only_, read_only_}, clock_, *log_, progress, {}});
  }
  GcReport gc(bool dry_run) {
    GcOptions options;
    options.archive_bucket = testing::kArchive;
    options.bucket = testing::kSource;
    options.dry_run = dry_run;
    options.threads = 2;
    GcProgress progress;
    return run_gc(options, {read_only_, *log_, progress, {}});
  }

  FakeStore store_;
  s3::ReadOnlyStore read_only_{store_};
  testing::FakeClock clock_;
  std::shared_ptr<base::Logger> log_ = base::make_null_logger();
  std::vector<std::set<std::string>> keys_;
};

TEST_F(DryRunTest, Archive) {
  leave_garbage();
  for (const bool special : {false, true}) {
    ArchiveOptions options = testing::small_options();
    options.dry_run = true;
    options.readback = options.delete_versions = special;
    options.conditional_complete = options.additional_checksums = std::nullopt;
    options.delete_conditions.reset();
    const GroupReport total = archive(options).total();
    EXPECT_FALSE(total.failure) << total.failure->what();
    EXPECT_EQ(total.to_archive, 4u);
  }
}

TEST_F(DryRunTest, Gc) {
  leave_garbage();
  const GcReport report = gc(true);
  EXPECT_GT(report.removed.count(), 2u);
  EXPECT_EQ(report.left.count() + report.failures.count(), 0u);
}

TEST_F(DryRunTest, Restore) {
  RestoreOptions options;
  options.scope = scope();
  RestoreProgress progress;
  const RestorePlan plan = plan_restore(
      options, {read_only_, clock_, *log_, progress, {}, {}, [](const std::string&) -> RestoreTarget& {
                  throw base::Error(ErrorKind::internal, "a plan needs no target");
                }});
  EXPECT_EQ(plan.members, 6u);
  EXPECT_EQ(plan.failed_volumes, 0u);
}

TEST_F(DryRunTest, Verify) {
  for (const bool deep : {false, true}) {
    VerifyOptions options;
    options.scope = scope();
    options.deep = deep;
    options.memory_bytes = 64 << 20;
    VerifyProgress progress;
    const VerifyReport report = run_verify(options, {read_only_, *log_, progress, {}});
    EXPECT_EQ(report.failed, 0u);
    EXPECT_GT(report.volumes, 0u);
  }
}

TEST_F(DryRunTest, FindAndLs) {
  const MemberQuery everything;
  std::size_t rows = 0;
  const SearchReport report = search_members(read_only_, {scope(), everything, "", 2}, {},
                                             [&](FoundKey&& found) { rows += found.members.size(); });
  EXPECT_EQ(report.failed, 0u);
  EXPECT_EQ(rows, 6u);
  Catalog catalog(read_only_, testing::kArchive);
  const CatalogScope all = scope();
  VolumeListing listing(read_only_, all);
  std::size_t volumes = 0;
  for (std::optional<ListedVolume> volume = listing.next(); volume; volume = listing.next()) {
    find_state(read_only_, catalog, *volume);
    ++volumes;
  }
  EXPECT_EQ(volumes, 4u);
}

/// What the store is for: a command that should only look and doesn't ends in an error that names the
/// request.
TEST_F(DryRunTest, ARunInEarnestFailsAtItsFirstWrite) {
  leave_garbage();
  ArchiveOptions options = testing::small_options();
  EXPECT_EQ(testing::error_kind([&] { archive(options); }), ErrorKind::internal);
  options.conditional_complete = std::nullopt;  // the probe writes as well
  EXPECT_EQ(testing::error_kind([&] { archive(options); }), ErrorKind::internal);
  EXPECT_EQ(testing::error_kind([&] { gc(false); }), ErrorKind::internal) << "its probe writes first";
}

}  // namespace
}  // namespace s3c::archive
