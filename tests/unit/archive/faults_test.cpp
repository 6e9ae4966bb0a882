// A small job that fails or is killed at each of its calls, before or after the call's effect, and is then
// run again: whatever happened, the promise holds and the second run finishes the work. And two runs at once.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <random>
#include <thread>

#include "archive/archive_run.h"
#include "base/mutex.h"
#include "catalog/catalog.h"
#include "support/promise.h"

namespace s3c::archive {
namespace {

using base::ErrorKind;
using support::Call;
using support::day_key;
using support::FakeStore;
using support::Op;
using support::run;
using support::store_error;

/// How the job's objects are put into groups.
enum class Grouped {
  by_key,
  by_time,        ///< the keys of two days lie among each other
  by_time_apart,  ///< many keys of another day, which stay, lie between them: each look is a HEAD
};

struct Setup {
  const char* name;
  bool full;  ///< the store has every power
  bool readback;
  Grouped grouped = Grouped::by_key;
};

/// What keys begin with that no run of these tests selects.
constexpr const char* kStays = "sources/2018/04/stays-";

class FaultsTest : public ::testing::TestWithParam<Setup> {
 protected:
  static FakeStore::Powers powers() {
    const bool has = GetParam().full;
    return {.conditional_complete = has, .checksums = has, .conditional_delete = has};
  }
  static ArchiveOptions options() {
    ArchiveOptions options = support::small_options();
    // Found by the probe, whose calls fail too.
    options.conditional_complete.reset();
    options.additional_checksums.reset();
    options.delete_conditions.reset();
    options.readback = GetParam().readback;
    // One after the other: then the n-th call is nearly the same one in each run.
    options.resources.threads = 1;
    options.resources.open_groups = 1;
    if (GetParam().grouped != Grouped::by_key) {
      options.layout = catalog::Layout::by_last_modified(catalog::Period::day);
      options.selection.dates = catalog::DateRange::between(std::nullopt, "2018-04-02");
    }
    return options;
  }
  /// Spreads the objects over two days by their times, whatever their keys say.
  static void set_times(FakeStore& store) {
    if (GetParam().grouped == Grouped::by_key) return;
    const base::Timestamp noon = *base::parse_iso8601("2018-04-01T12:00:00.125Z");
    int days = 0;
    for (const std::string& key : store.keys(support::kSource)) {
      store.edit(support::kSource, key, [&](support::StoredObject& object) {
        object.last_modified = noon + std::chrono::days(days++ % 2);
      });
    }
    if (GetParam().grouped == Grouped::by_time) return;
    for (int n = 0; n < 130; ++n) {
      const std::string key = kStays + std::to_string(n);
      store.put(support::kSource, key, "stays");
      store.edit(support::kSource, key,
                 [&](support::StoredObject& object) { object.last_modified = noon + std::chrono::days(9); });
    }
  }
  static bool sources_are_gone(const FakeStore& store) {
    const std::set<std::string> keys = store.keys(support::kSource);
    return std::all_of(keys.begin(), keys.end(),
                       [](const std::string& key) { return key.starts_with(kStays); });
  }
  static std::map<std::string, std::string> fill(FakeStore& store, bool large) {
    auto originals = support::fill(store, 3, large ? 1 : 2);
    if (large) {
      originals[day_key(1, 1)] = std::string((4 << 20) + 1, 'L');
      store.put(support::kSource, day_key(1, 1), originals[day_key(1, 1)]);
    }
    set_times(store);
    return originals;
  }
  static RunReport try_run(FakeStore& store) {
    try {
      return run(store, options());
    } catch (const base::Error& error) {
      RunReport report;
      report.failure = error;
      return report;
    }
  }
  static int calls_of_a_good_run(bool large) {
    FakeStore store(powers());
    fill(store, large);
    EXPECT_FALSE(run(store, options()).total().failure);
    return static_cast<int>(store.journal().size());
  }
  /// killed: every call after the one that failed fails as well, as for a program that is gone.
  static void fail_at_each_call(bool killed, bool after_effect, bool large) {
    const int last = calls_of_a_good_run(large);
    ASSERT_GT(last, large ? 30 : 50);
    int failures = 0;
    for (int k = 1; k <= last; k += support::kStride) {
      SCOPED_TRACE("call " + std::to_string(k) + " of " + std::to_string(last));
      FakeStore store(powers());
      const support::PromiseWatch watch(store);
      const auto originals = fill(store, large);
      const auto fault = [k, killed](const Call& c) {
        if (c.number == k || (killed && c.number > k))
          throw store_error(ErrorKind::transient, "InternalError");
      };
      if (after_effect) {
        store.after = fault;
        // What is killed sends nothing more.
        if (killed)
          store.before = [k](const Call& c) {
            if (c.number > k) throw store_error(ErrorKind::transient, "InternalError");
          };
      } else {
        store.before = fault;
      }
      const GroupReport first = try_run(store).total();
      if (first.failure) ++failures;
      support::expect_promise(store, watch, originals);
      if (!first.failure && first.left.count() == 0) {
        EXPECT_TRUE(sources_are_gone(store)) << "left in place without a word";
      }
      store.before = store.after = {};
      const GroupReport second = try_run(store).total();
      EXPECT_FALSE(second.failure) << second.failure->what();
      EXPECT_TRUE(sources_are_gone(store));
      support::expect_promise(store, watch, originals);
      if (HasFailure()) return;
    }
    // Else the test would have tested nothing.
    EXPECT_GT(failures, (killed ? last / 2 : 5) / support::kStride - 1);
  }
};

INSTANTIATE_TEST_SUITE_P(
    Stores, FaultsTest,
    ::testing::Values(Setup{"full", true, false}, Setup{"lesser", false, false},
                      Setup{"full_readback", true, true}, Setup{"lesser_readback", false, true},
                      Setup{"by_time", true, false, Grouped::by_time},
                      Setup{"by_time_apart", true, false, Grouped::by_time_apart},
                      Setup{"by_time_apart_lesser", false, false, Grouped::by_time_apart}),
    [](const auto& setup) { return setup.param.name; });

TEST_P(FaultsTest, StoppedAtAnyCallItEndsWithAReport) {
  const int last = calls_of_a_good_run(false);
  for (int n = 1; n <= last; ++n) {
    SCOPED_TRACE(n);
    FakeStore store(powers());
    const auto originals = fill(store, false);
    std::stop_source stop;
    std::atomic<int> calls = 0;
    store.after = [&](const Call&) {
      if (++calls == n) stop.request_stop();
    };
    RunReport report;
    ASSERT_NO_THROW(report = run(store, options(), stop.get_token()));
    store.after = {};
    EXPECT_EQ(report.interrupted, stop.stop_requested());
    EXPECT_FALSE(report.failure);
    support::expect_nothing_lost(store, originals);
  }
}

TEST_P(FaultsTest, KilledBeforeEachCall) {
  fail_at_each_call(true, false, false);
}
TEST_P(FaultsTest, KilledAfterEachCall) {
  fail_at_each_call(true, true, false);
}
TEST_P(FaultsTest, EachCallFails) {
  fail_at_each_call(false, false, false);
}
TEST_P(FaultsTest, EachAnswerIsLost) {
  fail_at_each_call(false, true, false);
}
TEST_P(FaultsTest, KilledAtEachCallWithAStreamedObject) {
  fail_at_each_call(true, true, true);
}
TEST_P(FaultsTest, EachCallFailsWithAStreamedObject) {
  fail_at_each_call(false, false, true);
}

TEST_P(FaultsTest, ACompleteThatArrivesAfterTheKillIsFoundOrLosesCleanly) {
  // The program is gone, its Complete still on the way; it lands before any call of the next run.
  for (int k = 1; k <= 60; k += support::kStride) {
    SCOPED_TRACE("lands before call " + std::to_string(k));
    FakeStore store(powers());
    const support::PromiseWatch watch(store);
    const auto originals = fill(store, false);
    std::optional<s3::CompleteMultipartUploadRequest> late;
    base::Mutex mutex;  // guards late
    store.before = [&](const Call& c) {
      const base::MutexLock lock(mutex);
      const bool on_its_way = c.op == Op::complete && c.key.starts_with("src/");
      if (on_its_way && !late) late = store.last_complete();
      if (late) throw store_error(ErrorKind::transient, "InternalError");
    };
    try_run(store);
    ASSERT_TRUE(late);
    const int first_call = static_cast<int>(store.journal().size());
    std::once_flag landed;
    store.before = [&](const Call& c) {
      if (c.number < first_call + k) return;
      std::call_once(landed, [&] {
        try {
          store.complete_now(*late);
        } catch (const base::Error&) {
          return;  // refused: somebody's archive is there, or the upload was aborted
        }
      });
    };
    const GroupReport second = try_run(store).total();
    store.before = {};
    support::expect_promise(store, watch, originals);
    if (second.failure) {
      EXPECT_FALSE(try_run(store).total().failure);
    }
    EXPECT_TRUE(sources_are_gone(store));
    support::expect_promise(store, watch, originals);
    if (HasFailure()) return;
  }
}

/// Waits a tenth of what it is asked for. Two runs that fenced each other off come apart by their random
/// waits; with a clock that doesn't wait they would go on in step until they give up.
class HastyClock final : public base::Clock {
 public:
  base::Timestamp now() const override { return system_.now(); }
  bool sleep_for(std::chrono::milliseconds duration, const std::stop_token& stop) override {
    return system_.sleep_for(duration / 10, stop);
  }

 private:
  base::SystemClock system_;
};

TEST_P(FaultsTest, TwoRunsAtOnce) {
  HastyClock clock;
  for (unsigned seed = 1; seed <= 40; seed += support::kStride) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    FakeStore store(powers());
    const support::PromiseWatch watch(store);
    const auto originals = support::fill(store, 5);
    set_times(store);
    std::atomic<unsigned> calls{seed * 1000};
    const auto hesitate = [&](const Call&) {
      std::minstd_rand random(calls.fetch_add(1));
      // Sleeps, no yields: on a busy machine each yield waits for a whole time slice of every other process.
      if (random() % 4 == 0) std::this_thread::sleep_for(std::chrono::microseconds(random() % 300));
    };
    store.before = hesitate;
    store.after = hesitate;
    ArchiveOptions both = options();
    both.conditional_complete = both.additional_checksums = GetParam().full;
    both.delete_conditions = support::delete_conditions(GetParam().full);
    both.resources.threads = 3;
    both.resources.open_groups = 2;
    both.keep_sources = seed % 4 == 0;  // then nothing but the protocol keeps them from archiving twice
    RunReport reports[2];
    {
      std::thread other([&] { reports[1] = run(store, both, clock); });
      reports[0] = run(store, both, clock);
      other.join();
    }
    support::expect_promise(store, watch, originals);
    for (const RunReport& report : reports) {
      const GroupReport total = report.total();
      EXPECT_FALSE(total.failure) << total.failure->what();
    }
    EXPECT_EQ(store.open_uploads(), 0u);
    both.keep_sources = false;
    EXPECT_FALSE(run(store, both).total().failure);
    EXPECT_TRUE(sources_are_gone(store));
    support::expect_promise(store, watch, originals);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace s3c::archive
