// What a run reports of the costs of storage.
#include <gtest/gtest.h>

#include "archive/archive_run.h"
#include "base/storage_bill.h"
#include "support/promise.h"

namespace s3c::archive {
namespace {

TEST(Bills, WhatTheObjectsAndTheirArchivesCostAMonthIsReported) {
  support::FakeStore store;
  const ArchiveOptions options = support::small_options();
  const auto originals = support::fill(store, 6, 2);
  const RunReport report = support::run(store, options);
  base::StorageBill sources;
  for (const auto& [key, body] : originals) sources.add("STANDARD", body.size(), 0);
  EXPECT_DOUBLE_EQ(report.bills.sources.dollars_per_month(), sources.dollars_per_month());
  base::StorageBill archives;
  ASSERT_EQ(report.group_reports.size(), 2u);
  for (const GroupReport& group : report.group_reports) {
    EXPECT_EQ(group.prefix.find(group.day.substr(0, 4)) != std::string::npos, true) << group.day;
    EXPECT_EQ(group.day.size(), 10u) << group.day;
    EXPECT_EQ(group.bills.sources.dollars_per_month(), 0) << "a group keeps no bill: there may be a million";
    for (const VolumeReport& volume : group.volumes)
      archives.add(options.storage_class, volume.archive_bytes, base::kAlwaysIdle);
  }
  EXPECT_GT(report.bills.archives.dollars_per_month(), archives.dollars_per_month()) << "the records, too";
  const RunReport nothing = support::run(store, options);
  EXPECT_EQ(nothing.bills.sources.dollars_per_month(), 0) << "nothing was packed";
}

}  // namespace
}  // namespace s3c::archive
