// What of a group is not packed: it is named and counted, or it waits for the next run.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <set>
#include <stop_token>
#include <string>

#include "archive/archive_run.h"
#include "base/log.h"
#include "support/promise.h"

namespace s3c::archive {
namespace {

using base::ErrorKind;
using support::Call;
using support::day_key;
using support::FakeStore;
using support::Op;
using support::store_error;

class LeftOutTest : public ::testing::Test {
 protected:
  FakeStore store_;
  ArchiveOptions options_ = support::small_options();
};

TEST_F(LeftOutTest, AnObjectThatIsListedAndAnswers404IsLeftAndNamed) {
  support::fill(store_, 4, 1);
  store_.put(support::kSource, day_key(1, 1) + "x", "its name begins with the other's");
  for (const bool head : {false, true}) {
    store_.before = [&](const Call& c) {
      if ((c.op == Op::get || (head && c.op == Op::head)) && c.key == day_key(1, 1))
        throw store_error(ErrorKind::not_found, "NoSuchKey");
    };
    const GroupReport total = support::run(store_, options_).total();
    EXPECT_FALSE(total.failure);
    EXPECT_EQ(total.left.by_reason(), (std::map<LeftReason, std::uint64_t>{{LeftReason::unreadable, 1}}));
    EXPECT_EQ(total.vanished, 0u);
  }
  store_.before = {};
  EXPECT_EQ(store_.keys(support::kSource), (std::set<std::string>{day_key(1, 1)}));
}

/// A volume that comes to nothing has no report. What was left out of it was named all the same.
TEST_F(LeftOutTest, WhatWasLeftIsCountedAlsoIfTheGroupFails) {
  support::fill(store_, 6, 1);
  options_.max_objects = 100;
  for (const Op failing : {Op::create, Op::put, Op::part}) {
    std::atomic<std::uint64_t> named = 0;
    support::FakeClock clock;
    const auto log = base::make_null_logger();
    Progress progress;
    RunContext context{{store_, store_}, clock, *log, progress, {}};
    context.write_left = [&](const LeftObject&) { ++named; };
    store_.before = [&](const Call& c) {
      if (c.op == Op::get && c.bucket == support::kSource && c.key <= day_key(1, 2))
        throw store_error(ErrorKind::access_denied, "AccessDenied");
      if (c.op == failing && c.key.find("src/20180401") != std::string::npos)
        throw store_error(ErrorKind::access_denied, "AccessDenied");
    };
    const GroupReport total = run_archive(options_, context).total();
    ASSERT_TRUE(total.failure);
    EXPECT_EQ(total.left.count(), named) << static_cast<int>(failing);
    EXPECT_EQ(named, failing == Op::create ? 0u : 3u);
  }
}

/// After Ctrl-C each GET gives up soon. That is no reason to call objects unreadable, nor to ask for the rest of
/// those that were admitted.
TEST_F(LeftOutTest, AStopWhileTheStoreThrottlesPutsBackWhatHasNotCome) {
  const auto originals = support::fill(store_, 300, 1);
  options_.max_objects = 1000;
  options_.resources.threads = 4;
  std::stop_source stop;
  std::atomic<int> asked_after = 0;
  store_.before = [&](const Call& c) {
    if (c.op != Op::get || c.bucket != support::kSource || c.key <= day_key(1, 9)) return;
    if (stop.stop_requested()) ++asked_after;
    stop.request_stop();
    throw store_error(ErrorKind::throttled, "SlowDown");
  };
  const RunReport report = support::run(store_, options_, stop.get_token());
  store_.before = {};
  EXPECT_TRUE(report.interrupted);
  EXPECT_FALSE(report.total().failure);
  EXPECT_EQ(report.total().left.count(), 0u);
  EXPECT_EQ(report.total().vanished, 0u);
  EXPECT_EQ(report.total().deleted, 10u) << "what had come is packed";
  EXPECT_LE(asked_after, 4) << "those in flight";
  support::run(store_, options_);
  EXPECT_TRUE(store_.keys(support::kSource).empty());
  support::expect_nothing_lost(store_, originals);
  support::expect_nothing_twice(store_);
}

}  // namespace
}  // namespace s3c::archive
