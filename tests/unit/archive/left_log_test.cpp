// Every object that a run leaves is handed out as it happens, not only the first thousand; and a run that can't
// name what it leaves deletes nothing more.
#include "archive/left_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "archive/archive_run.h"
#include "support/promise.h"

namespace s3c::archive {
namespace {

using base::ErrorKind;
using support::FakeStore;
using support::Op;
using ::testing::HasSubstr;

RunReport run_telling(FakeStore& store, const LeftLog::Write& write, int threads = 4) {
  ArchiveOptions options = support::small_options();
  options.max_objects = 100'000;
  options.resources.open_groups = 1;
  options.resources.threads = threads;
  support::FakeClock clock;
  const auto log = base::make_null_logger();
  Progress progress;
  return run_archive(options, {{store, store}, clock, *log, progress, {}, {}, write});
}

/// The objects of both days whose number is even can't be restored as they are.
void spoil_half(FakeStore& store, int objects) {
  for (const int day : {1, 2}) {
    for (int n = 0; n < objects; n += 2) {
      store.edit(support::kSource, support::day_key(day, n), [](support::StoredObject& o) {
        o.metadata = {{"name", "caf\xc3\xa9\n"}};
      });
    }
  }
}

TEST(LeftLogTest, MoreThanAThousandAreAllHandedOut) {
  FakeStore store;
  constexpr int kObjects = 1'200;
  support::fill(store, kObjects, 2);
  spoil_half(store, kObjects);
  std::set<std::string> told;
  const RunReport report = run_telling(store, [&](const LeftObject& left) {
    EXPECT_EQ(left.reason, LeftReason::not_restorable);
    told.insert(left.key);
  });
  EXPECT_EQ(report.total().left.count(), 1'200u);
  EXPECT_EQ(report.total().left.named().size(), 1'000u);
  EXPECT_EQ(told, store.keys(support::kSource)) << "what is left is what was told";
}

TEST(LeftLogTest, WhatCanNotBeNamedEndsTheRunBeforeItDeletesMore) {
  FakeStore store;
  support::fill(store, 4, 2);
  spoil_half(store, 4);
  int written = 0;
  const RunReport report = run_telling(store, [&](const LeftObject&) {
    ++written;
    throw base::Error(ErrorKind::transient, "the disk is full");
  });
  EXPECT_EQ(written, 1) << "after an error nothing is written: there would be a gap in the file";
  const GroupReport total = report.total();
  ASSERT_TRUE(total.failure);
  EXPECT_THAT(total.failure->what(), HasSubstr("the disk is full"));
  ASSERT_TRUE(report.left_failure);
  EXPECT_FALSE(report.failure) << "every group was found";
  EXPECT_EQ(total.deleted, 0u);
  EXPECT_EQ(store.keys(support::kSource).size(), 8u);
  EXPECT_TRUE(store.calls(Op::del, "sources/").empty());
}

}  // namespace
}  // namespace s3c::archive
