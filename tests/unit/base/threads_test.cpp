// What threads wait on: queue, task group, memory budget, slots. Whoever waits is woken by every end there
// is; a test that would hang is stopped by the runner's time limit.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <thread>

#include "base/bounded_queue.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/memory_budget.h"
#include "base/progress.h"
#include "base/slots.h"
#include "base/task_group.h"

namespace s3c::base {
namespace {

template <typename Work>
std::optional<ErrorKind> error_kind(Work&& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.kind();
  }
  return std::nullopt;
}

void yield_a_while() {
  for (int i = 0; i < 200; ++i) std::this_thread::yield();
}

TEST(BoundedQueue, CloseDrainsCancelDrops) {
  BoundedQueue<int> closed(2);
  EXPECT_TRUE(closed.push(1));
  EXPECT_TRUE(closed.push(2));
  closed.close();
  EXPECT_FALSE(closed.push(3));
  EXPECT_EQ(closed.pop(), 1);
  EXPECT_EQ(closed.pop(), 2);
  EXPECT_EQ(closed.pop(), std::nullopt);
  EXPECT_EQ(closed.pop(), std::nullopt);

  BoundedQueue<std::shared_ptr<int>> cancelled(2);
  const auto item = std::make_shared<int>(1);
  EXPECT_TRUE(cancelled.push(item));
  cancelled.cancel();
  EXPECT_EQ(item.use_count(), 1) << "dropped at once, not with the queue";
  EXPECT_FALSE(cancelled.push(item));
  EXPECT_EQ(cancelled.pop(), std::nullopt);

  BoundedQueue<int> both(2);
  EXPECT_TRUE(both.push(1));
  both.close();
  both.cancel();
  EXPECT_EQ(both.pop(), std::nullopt);
}

TEST(BoundedQueue, PushWaitsForRoomAndEveryEndWakesEverybody) {
  for (const bool cancel : {false, true}) {
    BoundedQueue<int> full(1);
    BoundedQueue<int> empty(1);
    EXPECT_TRUE(full.push(0));
    std::atomic<int> pushed{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] { pushed += full.push(1) ? 1 : 0; });
      threads.emplace_back([&] { EXPECT_EQ(empty.pop(), std::nullopt); });
    }
    yield_a_while();
    EXPECT_EQ(pushed, 0);
    cancel ? full.cancel() : full.close();
    cancel ? empty.cancel() : empty.close();
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(pushed, 0);
  }
}

TEST(BoundedQueue, HandsOverEachItemOnce) {
  BoundedQueue<int> queue(3);
  std::atomic<long> sum{0};
  std::vector<std::thread> consumers;
  for (int i = 0; i < 3; ++i) {
    consumers.emplace_back([&] {
      while (const auto item = queue.pop()) sum += *item;
    });
  }
  std::vector<std::thread> producers;
  for (int i = 0; i < 3; ++i) {
    producers.emplace_back([&] {
      for (int n = 1; n <= 1000; ++n) EXPECT_TRUE(queue.push(n));
    });
  }
  for (std::thread& thread : producers) thread.join();
  queue.close();
  for (std::thread& thread : consumers) thread.join();
  EXPECT_EQ(sum, 3 * 500'500);
}

TEST(TaskGroup, KeepsTheFirstErrorStopsTheOthersAndTellsOnce) {
  int told = 0;
  BoundedQueue<int> queue(1);
  TaskGroup group([&] {
    ++told;
    queue.cancel();
  });
  group.spawn([&](const std::stop_token&) { EXPECT_EQ(queue.pop(), std::nullopt); });
  group.spawn([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) std::this_thread::yield();
    throw Error(ErrorKind::internal, "second");
  });
  group.spawn([](const std::stop_token&) { throw Error(ErrorKind::transient, "first"); });
  EXPECT_EQ(error_kind([&] { group.wait(); }), ErrorKind::transient);
  EXPECT_EQ(told, 1);
  EXPECT_NO_THROW(group.wait()) << "an error is told once";
}

TEST(TaskGroup, PassesOnWhatIsNoErrorOfOurs) {
  TaskGroup group;
  group.spawn([](const std::stop_token&) { throw std::runtime_error("foreign"); });
  EXPECT_THROW(group.wait(), std::runtime_error);
}

TEST(TaskGroup, ItsEndStopsAndJoins) {
  std::atomic<int> ended{0};
  {
    TaskGroup group;
    for (int i = 0; i < 3; ++i) {
      group.spawn([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) std::this_thread::yield();
        ++ended;
      });
    }
  }
  EXPECT_EQ(ended, 3);
}

TEST(MemoryBudget, GivesBackWhatWasLeased) {
  MemoryBudget budget(100);
  {
    MemoryLease a = budget.lease(60);
    MemoryLease b = budget.lease(40);
    MemoryLease c = std::move(a);
    EXPECT_EQ(c.size_bytes(), 60u);
    EXPECT_EQ(a.size_bytes(), 0u);  // NOLINT: what a move leaves is part of the contract
    b = MemoryLease();
    EXPECT_EQ(budget.lease(40).size_bytes(), 40u);
  }
  EXPECT_EQ(budget.lease(100).size_bytes(), 100u);
}

TEST(BoundedQueue, TryPopTakesOnlyWhatIsThere) {
  BoundedQueue<int> queue(2);
  EXPECT_EQ(queue.try_pop(), std::nullopt);
  EXPECT_TRUE(queue.push(1));
  EXPECT_TRUE(queue.push(2));
  std::thread producer([&queue] { EXPECT_TRUE(queue.push(3)); });
  EXPECT_EQ(queue.try_pop(), 1);  // and wakes who waits for room
  producer.join();
  queue.close();
  EXPECT_EQ(queue.try_pop(), 2);
  EXPECT_EQ(queue.try_pop(), 3);
  EXPECT_EQ(queue.try_pop(), std::nullopt);
}

TEST(MemoryBudget, TryLeaseNeverWaitsAndNeverPushesIn) {
  MemoryBudget budget(100);
  std::optional<MemoryLease> held = budget.try_lease(60);
  ASSERT_TRUE(held);
  EXPECT_EQ(held->size_bytes(), 60u);
  EXPECT_FALSE(budget.try_lease(41));
  EXPECT_FALSE(budget.try_lease(101));
  EXPECT_TRUE(budget.try_lease(40)) << "and that one came back at once";

  std::thread waiter([&budget] { EXPECT_EQ(budget.lease(100).size_bytes(), 100u); });
  // Once it waits, what would fit must not go before it.
  while (budget.try_lease(1)) std::this_thread::yield();
  held.reset();
  waiter.join();
  EXPECT_TRUE(budget.try_lease(100));
}

TEST(MemoryBudget, RefusesWhatCanNeverBe) {
  MemoryBudget budget(100);
  EXPECT_EQ(error_kind([&] { budget.lease(101); }), ErrorKind::invalid_argument);
  EXPECT_EQ(budget.lease(100).size_bytes(), 100u);
}

/// Whether a large lease that was asked for first also came first, although the small one had room at once.
bool large_one_came_first() {
  MemoryBudget budget(100);
  auto held = std::make_unique<MemoryLease>(budget.lease(10));
  std::atomic<int> granted{0};
  int large_at = 0;
  std::thread large([&] {
    const MemoryLease lease = budget.lease(100);
    large_at = ++granted;
  });
  yield_a_while();
  std::thread small([&] {
    const MemoryLease lease = budget.lease(1);
    ++granted;
  });
  yield_a_while();
  held.reset();
  large.join();
  small.join();
  return large_at == 1;
}

TEST(MemoryBudget, GrantsInOrderSoThatALargeOneIsNotStarved) {
  // Nobody can see from outside that a thread waits already, so a try may not show it.
  bool seen = false;
  for (int i = 0; i < 100 && !seen; ++i) seen = large_one_came_first();
  EXPECT_TRUE(seen);
}

TEST(MemoryBudget, AStoppedWaiterLetsTheOthersThrough) {
  MemoryBudget budget(100);
  auto held = std::make_unique<MemoryLease>(budget.lease(50));
  std::stop_source stop;
  std::thread waiter(
      [&] { EXPECT_EQ(error_kind([&] { budget.lease(100, stop.get_token()); }), ErrorKind::cancelled); });
  yield_a_while();
  std::thread behind([&] { EXPECT_EQ(budget.lease(50).size_bytes(), 50u); });
  yield_a_while();
  stop.request_stop();
  waiter.join();
  behind.join();
  held.reset();
  EXPECT_EQ(budget.lease(100).size_bytes(), 100u);
}

TEST(MemoryBudget, NeverHandsOutMoreThanThereIs) {
  MemoryBudget budget(10);
  std::atomic<int> used{0};
  TaskGroup group;
  for (int i = 1; i <= 5; ++i) {
    group.spawn([&, i](const std::stop_token&) {
      for (int n = 0; n < 300; ++n) {
        const MemoryLease lease = budget.lease(static_cast<std::uint64_t>(i));
        EXPECT_LE(used += i, 10);
        used -= i;
      }
    });
  }
  group.wait();
}

TEST(Slots, NeverMoreThanItsCount) {
  Slots slots(2);
  std::optional<Slots::Slot> first = slots.try_acquire();
  const Slots::Slot second = slots.acquire();
  ASSERT_TRUE(first);
  EXPECT_FALSE(slots.try_acquire());
  std::atomic<bool> took = false;
  std::thread waiter([&] {
    const Slots::Slot third = slots.acquire();
    took = true;
  });
  yield_a_while();
  EXPECT_FALSE(took);
  first.reset();
  waiter.join();
  EXPECT_TRUE(slots.try_acquire());
}

TEST(Slots, ComeBackWhenMovedFromAndDestroyed) {
  Slots slots(1);
  {
    Slots::Slot a = slots.acquire();
    Slots::Slot b = std::move(a);
    a = {};
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(error_kind([&] { (void)slots.acquire(stop.get_token()); }), ErrorKind::cancelled)
        << "still taken";
  }
  (void)slots.acquire();
}

TEST(Progress, NoSnapshotShowsHalfAChange) {
  struct Counts {
    std::uint64_t done = 0;
    std::uint64_t bytes = 0;
  };
  constexpr std::uint64_t kChanges = 20'000;
  Progress<Counts> progress;
  std::vector<std::jthread> run;
  for (int i = 0; i < 2; ++i) {
    run.emplace_back([&] {
      for (std::uint64_t n = 0; n < kChanges; ++n) {
        progress.update([](Counts& now) {
          ++now.done;
          now.bytes += 10;
        });
      }
    });
  }
  std::uint64_t seen = 0;
  while (seen < 2 * kChanges) {
    const Counts now = progress.snapshot();
    ASSERT_EQ(now.bytes, 10 * now.done);
    ASSERT_GE(now.done, seen);
    seen = now.done;
  }
}

TEST(SystemClock, AStopEndsItsSleep) {
  SystemClock clock;
  EXPECT_TRUE(clock.sleep_for(std::chrono::milliseconds(1), {}));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(clock.sleep_for(std::chrono::hours(1), stop.get_token()));
}

}  // namespace
}  // namespace s3c::base
