// gc beside runs that work, at every boundary of theirs, and the clean-up that a rerun begins with.
#include <random>
#include <thread>

#include "archive/cleared_volume.h"
#include "gc_fixture.h"

namespace s3c::upkeep {
namespace {

using base::ErrorKind;
using std::chrono::seconds;
using support::Call;
using support::FakeStore;
using support::Op;
using support::store_error;
using testing::expect_no_garbage;
using testing::gc;
using testing::gc_options;
using testing::kName;

class GcBesideRunsTest : public testing::GcFixture {};

INSTANTIATE_TEST_SUITE_P(Stores, GcBesideRunsTest, ::testing::Bool(), testing::store_name);

// --- beside runs that work

TEST_P(GcBesideRunsTest, AtEveryBoundaryOfARun) {
  for (const bool after_effect : {false, true}) {
    FakeStore good(powers());
    support::fill(good, 3, 1);
    ASSERT_FALSE(support::run(good, options()).total().failure);
    const int last = static_cast<int>(good.journal().size());
    const std::size_t uploads = good.calls(Op::create).size();
    int disturbed = 0;
    for (int k = 1; k <= last; k += support::kStride) {
      SCOPED_TRACE("gc " + std::string(after_effect ? "after" : "before") + " call " + std::to_string(k));
      FakeStore store(powers());
      const support::PromiseWatch watch(store);
      const auto originals = support::fill(store, 3, 1);
      std::atomic<bool> done{false};
      const auto interfere = [&](const Call& c) {
        if (c.number == k && !done.exchange(true)) gc(store, gc_options());
      };
      (after_effect ? store.after : store.before) = interfere;
      const archive::GroupReport first = try_run(store, options()).total();
      store.before = store.after = {};
      if (store.calls(Op::create).size() > uploads) ++disturbed;
      support::expect_promise(store, watch, originals);
      // It may only disturb: what it took (the probe's objects, the volume's upload) is made again.
      EXPECT_FALSE(first.failure) << first.failure->what();
      if (first.left.count() == 0) {
        EXPECT_TRUE(store.keys(support::kSource).empty());
      }
      EXPECT_FALSE(try_run(store, options()).total().failure);
      EXPECT_TRUE(store.keys(support::kSource).empty());
      gc(store, gc_options());
      expect_no_garbage(store);
      support::expect_promise(store, watch, originals);
      if (HasFailure()) return;
    }
    EXPECT_GT(disturbed, 3);
  }
}

TEST_P(GcBesideRunsTest, AVolumeWhoseUploadIsAbortedInTheMakingIsMadeAgain) {
  archive::ArchiveOptions fixed = support::small_options();
  fixed.conditional_complete = fixed.additional_checksums = GetParam();
  fixed.delete_conditions = support::delete_conditions(GetParam());
  fixed.resources.threads = fixed.resources.open_groups = 1;
  for (const Op op : {Op::get, Op::part, Op::put, Op::complete, Op::head}) {
    FakeStore store(powers());
    const support::PromiseWatch watch(store);
    const auto originals = support::fill(store, 3, 1);
    std::atomic<bool> done{false};
    store.before = [&](const Call& c) {
      const auto uploads = store.upload_keys();
      if (uploads.empty() || uploads.begin()->starts_with(catalog::kCatalogPrefix)) return;  // the probe's
      if (c.op == op && !done.exchange(true)) gc(store, gc_options());
    };
    const archive::GroupReport report = support::run(store, fixed).total();
    store.before = {};
    EXPECT_TRUE(done || op == Op::head);
    EXPECT_FALSE(report.failure) << report.failure->what();
    EXPECT_TRUE(store.keys(support::kSource).empty());
    support::expect_promise(store, watch, originals);
  }
}

TEST_P(GcBesideRunsTest, AVolumeWhoseUploadIsAbortedAgainAndAgainIsARaceThatIsLost) {
  archive::ArchiveOptions fixed = support::small_options();
  fixed.conditional_complete = fixed.additional_checksums = GetParam();
  fixed.delete_conditions = support::delete_conditions(GetParam());
  for (const Op op : {Op::part, Op::complete}) {
    FakeStore store(powers());
    const support::PromiseWatch watch(store);
    const auto originals = support::fill(store, 3, 1);
    store.before = [&](const Call& c) {
      if (c.op == op && c.key.starts_with("src/")) gc(store, gc_options());
    };
    const archive::GroupReport report = support::run(store, fixed).total();
    store.before = {};
    ASSERT_TRUE(report.failure);
    EXPECT_EQ(report.failure->kind(), ErrorKind::transient);
    EXPECT_EQ(report.failure->context().operation, archive::kMakeVolume);
    support::expect_promise(store, watch, originals);
    EXPECT_FALSE(support::run(store, fixed).total().failure);
    EXPECT_TRUE(store.keys(support::kSource).empty());
  }
}

TEST_P(GcBesideRunsTest, TwoRunsAndTwoCollectorsAtOnce) {
  for (unsigned seed = 1; seed <= 25; seed += support::kStride) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    FakeStore store(powers());
    const support::PromiseWatch watch(store);
    const auto originals = support::fill(store, 5);
    std::atomic<unsigned> calls{seed * 1000};
    const auto hesitate = [&](const Call&) {
      std::minstd_rand random(calls.fetch_add(1));
      // Sleeps, no yields: on a busy machine each yield waits for a whole time slice of every other process.
      if (random() % 4 == 0) std::this_thread::sleep_for(std::chrono::microseconds(random() % 300));
    };
    store.before = hesitate;
    store.after = hesitate;
    archive::ArchiveOptions both = support::small_options();
    both.conditional_complete = both.additional_checksums = GetParam();
    both.delete_conditions = support::delete_conditions(GetParam());
    both.gc_age = seconds(seed % 2);  // 0: their own clean-up joins in
    both.keep_sources = seed % 4 == 0;
    std::atomic<bool> over{false};
    {
      std::vector<std::thread> threads;
      threads.reserve(3);
      for (int i = 0; i < 2; ++i) {
        threads.emplace_back([&] {
          while (!over) {
            gc(store, gc_options());
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
          }
        });
      }
      threads.emplace_back([&] { try_run(store, both); });
      try_run(store, both);
      threads.back().join();
      over = true;
      threads[0].join();
      threads[1].join();
    }
    store.before = store.after = {};
    support::expect_promise(store, watch, originals);
    both.keep_sources = false;
    EXPECT_FALSE(try_run(store, both).total().failure);
    EXPECT_TRUE(store.keys(support::kSource).empty());
    gc(store, gc_options());
    expect_no_garbage(store);
    support::expect_promise(store, watch, originals);
    if (HasFailure()) return;
  }
}

// --- the clean-up of a rerun

TEST_P(GcBesideRunsTest, ARerunClearsItsOwnGroup) {
  kill_at(Op::complete, kName);
  archive::ArchiveOptions again = options();
  again.gc_age = seconds(0);
  start_upload("src/20180401-2.zip");
  EXPECT_FALSE(support::run(store_, again).total().failure);
  EXPECT_TRUE(store_.keys(support::kSource).empty());
  expect_no_garbage(store_);
  EXPECT_EQ(store_.calls(Op::uploads, "src/").size(), 1u) << "once a group, not once a volume";
}

TEST_P(GcBesideRunsTest, ARerunLeavesWhatIsYoungAndWhatIsOthers) {
  kill_at(Op::complete, kName);
  const std::string manifest = only_key(catalog::kManifestFolder);
  archive::ArchiveOptions again = options();
  EXPECT_FALSE(support::run(store_, again).total().failure);
  EXPECT_TRUE(store_.keys(support::kArchive).contains(manifest)) << "younger than 7 days";
  // Step 5b aborts it where that is what keeps its Complete from overwriting.
  if (GetParam()) {
    EXPECT_EQ(store_.upload_keys(), (std::multiset<std::string>{kName}));
  }
}

TEST_P(GcBesideRunsTest, ARerunLeavesTheManifestOfAnotherBucket) {
  kill_at(Op::complete, kName);
  const std::string manifest = only_key(catalog::kManifestFolder);
  index::Manifest copied = index::parse_manifest(store_.objects(support::kArchive).at(manifest).body);
  copied.archive_bucket = "elsewhere";
  store_.put(support::kArchive, manifest, index::to_json(copied));
  archive::ArchiveOptions again = options();
  again.gc_age = seconds(0);
  EXPECT_FALSE(support::run(store_, again).total().failure);
  EXPECT_TRUE(store_.keys(support::kArchive).contains(manifest));
}

TEST_P(GcBesideRunsTest, ARerunDoesNotTouchAGroupWhoseNameBeginsLikeItsOwn) {
  store_.put(support::kSource, "sources/2018/a.xml", "a");
  for (const char* key :
       {"2018.zip", "2018-2.zip", "20180401.zip", "2018-02.zip", "2018.zip.tmp", "20181.zip"})
    start_upload(key);
  archive::ArchiveOptions years = options();
  years.layout = catalog::Layout::parse("{prefix}/{yyyy}/");
  years.archive_name = catalog::ArchiveName::parse("{yyyy}.zip");
  years.gc_age = seconds(0);
  EXPECT_FALSE(support::run(store_, years).total().failure);
  EXPECT_EQ(store_.upload_keys(),
            (std::multiset<std::string>{"20180401.zip", "2018-02.zip", "2018.zip.tmp", "20181.zip"}));
}

TEST_P(GcBesideRunsTest, AGroupWithNothingToPackIsNotSearched) {
  archive::ArchiveOptions kept = options();
  kept.keep_sources = true;
  support::run(store_, kept);
  store_.forget_journal();
  support::run(store_, kept);
  EXPECT_TRUE(store_.calls(Op::uploads, "src/").empty());
  store_.put(support::kSource, support::day_key(1, 7), "late");
  support::plan(store_, options());
  EXPECT_TRUE(store_.calls(Op::uploads, "src/").empty());
}

TEST_P(GcBesideRunsTest, ACleanUpThatFailsIsNoFailureOfTheGroup) {
  kill_at(Op::complete, kName);
  const std::string manifest = only_key(catalog::kManifestFolder);
  archive::ArchiveOptions again = options();
  again.gc_age = seconds(0);
  again.keep_sources = true;
  store_.before = [&](const Call& c) {
    if (c.op == Op::uploads) throw store_error(ErrorKind::access_denied, "AccessDenied");
    if (c.op == Op::del && c.key == manifest) throw store_error(ErrorKind::access_denied, "AccessDenied");
  };
  const auto second_day = support::fill(store_, 3, 2);
  EXPECT_FALSE(support::run(store_, again).total().failure);
  EXPECT_EQ(store_.calls(Op::uploads, "src/").size(), 1u) << "asked again after it was forbidden";
  EXPECT_TRUE(store_.keys(support::kArchive).contains(manifest));
}

}  // namespace
}  // namespace s3c::upkeep
