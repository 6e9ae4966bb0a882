// The arithmetic of a plan, by hand.
#include <gtest/gtest.h>

#include <chrono>

#include "base/storage_bill.h"
#include "plan/figures.h"
#include "plan/requests.h"

namespace s3c::plan {
namespace {

using s3::Operation;

constexpr std::uint64_t kKiB = 1 << 10;
constexpr std::uint64_t kGiB = 1 << 30;

base::Timestamp now() {
  return *base::parse_iso8601("2026-08-01T00:00:00Z");
}

s3::ObjectSummary object(std::uint64_t bytes, const std::string& storage_class = "STANDARD",
                         int age_days = 365) {
  s3::ObjectSummary summary;
  summary.key = "sources/2018/04/01/x";
  summary.size_bytes = bytes;
  summary.last_modified = now() - std::chrono::days(age_days);
  summary.storage_class = storage_class;
  return summary;
}

double monthly(const std::string& storage_class, std::uint64_t bytes, std::uint64_t objects = 1,
               int idle_days = 0) {
  StorageBill bill(base::list_prices());
  bill.add(storage_class, bytes, idle_days, objects);
  return bill.dollars_per_month();
}

TEST(StorageBill, AGbHas2To30Bytes) {
  EXPECT_DOUBLE_EQ(monthly("STANDARD", kGiB), 0.023);
  EXPECT_DOUBLE_EQ(monthly("STANDARD", kGiB / 2, 4), 0.046);
  EXPECT_DOUBLE_EQ(monthly("STANDARD", 0, 1000), 0);
}

TEST(StorageBill, WhatIsAboveAStepHasThePriceOfTheNext) {
  EXPECT_DOUBLE_EQ(monthly("STANDARD", kGiB, 50 * 1024), 50 * 1024 * 0.023);
  EXPECT_DOUBLE_EQ(monthly("STANDARD", kGiB, 60 * 1024), 50 * 1024 * 0.023 + 10 * 1024 * 0.022);
  EXPECT_DOUBLE_EQ(monthly("STANDARD", kGiB, 600 * 1024),
                   50 * 1024 * 0.023 + 450 * 1024 * 0.022 + 100 * 1024 * 0.021);
}

TEST(StorageBill, ASmallObjectIsBilledAtTheMinimumOfItsClass) {
  EXPECT_DOUBLE_EQ(monthly("STANDARD_IA", 1, 8192), 0.0125);  // 8192 x 128 KiB
  EXPECT_DOUBLE_EQ(monthly("GLACIER_IR", 128 * kKiB, 8192), 0.004);
  EXPECT_DOUBLE_EQ(monthly("GLACIER_IR", 256 * kKiB, 8192), 0.008);
}

TEST(StorageBill, GlacierAddsToEachObject) {
  // 32 KiB at the class's price and 8 KiB at STANDARD's, for each of 32,768 objects: 1 GiB and 1/4 GiB.
  EXPECT_DOUBLE_EQ(monthly("DEEP_ARCHIVE", 0, 32768), 0.00099 + 0.25 * 0.023);
  EXPECT_DOUBLE_EQ(monthly("GLACIER", kGiB), 0.0036 * (1 + 32.0 * kKiB / kGiB) + 0.023 * 8 * kKiB / kGiB);
}

TEST(StorageBill, IntelligentTieringWatchesLargeObjectsOnly) {
  EXPECT_DOUBLE_EQ(monthly("INTELLIGENT_TIERING", 64 * kKiB, 16384, 400), 0.023);
  EXPECT_DOUBLE_EQ(monthly("INTELLIGENT_TIERING", 1024 * kKiB, 1024, 10), 0.023 + 1.024 * 0.0025);
  EXPECT_DOUBLE_EQ(monthly("INTELLIGENT_TIERING", 1024 * kKiB, 1024, 30), 0.0125 + 1.024 * 0.0025);
  EXPECT_DOUBLE_EQ(monthly("INTELLIGENT_TIERING", 1024 * kKiB, 1024, 90), 0.004 + 1.024 * 0.0025);
}

TEST(StorageBill, AddsUpToTheSameAsAllAtOnce) {
  StorageBill one(base::list_prices());
  StorageBill other(base::list_prices());
  one.add("GLACIER", kGiB, 0);
  other.add("INTELLIGENT_TIERING", kGiB, 100);
  other.add("GLACIER", kGiB, 0);
  one.add(other);
  EXPECT_DOUBLE_EQ(one.dollars_per_month(),
                   monthly("GLACIER", kGiB, 2) + monthly("INTELLIGENT_TIERING", kGiB, 1, 100));
}

TEST(StorageBill, DeletingEarlyCostsTheDaysThatAreMissing) {
  const base::ClassPrices& ia = base::list_prices().of("STANDARD_IA");
  EXPECT_DOUBLE_EQ(early_delete_dollars(ia, kGiB, 30), 0);
  EXPECT_DOUBLE_EQ(early_delete_dollars(ia, kGiB, 20), 0.0125 * 10 / kDaysPerMonth);
  EXPECT_DOUBLE_EQ(early_delete_dollars(ia, kGiB, -5), 0.0125 * 30 / kDaysPerMonth)
      << "a clock that is behind";
  EXPECT_DOUBLE_EQ(early_delete_dollars(ia, 1, 0), 0.0125 * 128 * kKiB / kGiB * 30 / kDaysPerMonth);
  EXPECT_DOUBLE_EQ(early_delete_dollars(base::list_prices().standard(), kGiB, 0), 0);
}

TEST(Requests, CostWhatTheirKindAndClassCost) {
  Requests requests;
  requests.add(Operation::list_objects, 1000, "GLACIER");  // a listing has no class
  requests.add(Operation::put_object, 1000);
  requests.add(Operation::complete_multipart_upload, 1000, "DEEP_ARCHIVE");
  requests.add(Operation::upload_part, 1000, "DEEP_ARCHIVE");
  requests.add(Operation::get_object, 1000, "STANDARD_IA");
  requests.add(Operation::get_object_tagging, 1000);
  requests.add(Operation::delete_objects, 1'000'000);
  requests.add(Operation::head_object, 0);
  EXPECT_DOUBLE_EQ(requests.dollars(base::list_prices()), 0.005 + 0.005 + 0.05 + 0.005 + 0.001 + 0.0004);
  EXPECT_EQ(requests.by_operation().at("DeleteObjects"), 1'000'000u);
  EXPECT_FALSE(requests.by_operation().contains("HeadObject"));
}

TEST(Requests, ReadingIsBilledByTheByteInSomeClasses) {
  Requests requests;
  requests.add_read_bytes(kGiB, "STANDARD");
  requests.add_read_bytes(kGiB / 2, "GLACIER_IR");
  Requests more;
  more.add_read_bytes(kGiB / 2, "GLACIER_IR");
  more.add_read_bytes(kGiB, "STANDARD_IA");
  requests.add(more);
  EXPECT_DOUBLE_EQ(requests.retrieval_dollars(base::list_prices()), 0.03 + 0.01);
}

TEST(Figures, OfNothingCostNothing) {
  const Figures figures(base::list_prices());
  const Costs costs = costs_of(figures, base::list_prices(), "GLACIER", false);
  EXPECT_EQ(costs.once(), 0);
  EXPECT_EQ(costs.now, 0);
  EXPECT_EQ(costs.archived, 0);
  EXPECT_EQ(costs.lifecycle, 0);
  EXPECT_FALSE(costs.break_even_days) << "nothing is saved";
  EXPECT_EQ(least_seconds(figures, false), 0);
  for (const RestoreCost& cost : restore_costs(figures, base::list_prices(), "GLACIER"))
    EXPECT_EQ(cost.dollars, 0) << cost.tier;
}

/// A million objects of 4 KB, as README has them.
TEST(Figures, AMillionSmallObjectsToDeepArchive) {
  Figures thousand(base::list_prices());
  for (int i = 0; i < 1000; ++i) thousand.add_to_archive(object(4096), now());
  Figures figures(base::list_prices());
  for (int i = 0; i < 1000; ++i) figures.add(thousand);
  figures.requests.add(Operation::get_object, 1'000'000);
  figures.volumes = 1;
  figures.archive_bytes = kGiB;
  figures.archived.add("DEEP_ARCHIVE", kGiB, kAlwaysIdle);
  const Costs costs = costs_of(figures, base::list_prices(), "DEEP_ARCHIVE", false);
  const double gb = 1e6 * 4096 / static_cast<double>(kGiB);
  EXPECT_DOUBLE_EQ(costs.now, gb * 0.023);
  EXPECT_DOUBLE_EQ(*costs.lifecycle_once, 50);
  EXPECT_NEAR(*costs.lifecycle, gb * 9 * 0.00099 + gb * 2 * 0.023, 1e-9);  // 36 KiB and 8 KiB for each 4 KiB
  EXPECT_DOUBLE_EQ(costs.request_dollars, 0.4);
  EXPECT_NEAR(*costs.break_even_days, 0.4 / (costs.now - costs.archived) * 730 / 24, 1e-9);
  EXPECT_DOUBLE_EQ(least_seconds(figures, true), 1e6 / 5500);
  EXPECT_DOUBLE_EQ(least_seconds(figures, false), 1e6 / 3500);
}

TEST(Figures, ARuleMovesObjectsOnlyDownwards) {
  Figures figures(base::list_prices());
  figures.add_to_archive(object(kGiB, "GLACIER"), now());
  figures.add_to_archive(object(kGiB, "STANDARD"), now());
  EXPECT_EQ(figures.rules.at("STANDARD_IA").transitions, 1u);
  EXPECT_EQ(figures.rules.at("GLACIER").transitions, 1u) << "one is there already";
  EXPECT_EQ(figures.rules.at("DEEP_ARCHIVE").transitions, 2u);
  EXPECT_DOUBLE_EQ(figures.rules.at("STANDARD_IA").bill.dollars_per_month(),
                   monthly("GLACIER", kGiB) + monthly("STANDARD_IA", kGiB));
  EXPECT_FALSE(figures.rules.contains("STANDARD"));
}

TEST(Figures, YoungObjectsCostTheirMinimum) {
  Figures figures(base::list_prices());
  figures.add_to_archive(object(kGiB, "STANDARD_IA", 10), now());
  figures.add_to_archive(object(kGiB, "STANDARD_IA", 29), now());
  figures.add_to_archive(object(kGiB, "STANDARD_IA", 31), now());
  figures.add_to_archive(object(kGiB, "STANDARD", 0), now());
  EXPECT_EQ(figures.young.objects, 2u);
  EXPECT_EQ(*figures.young_until, now() + std::chrono::days(20));
  const double penalty = 0.0125 * (20 + 1) / kDaysPerMonth;
  EXPECT_DOUBLE_EQ(costs_of(figures, base::list_prices(), "GLACIER", false).once(), penalty);
  EXPECT_EQ(costs_of(figures, base::list_prices(), "GLACIER", true).once(), 0) << "nothing is deleted";
}

TEST(Figures, KeptSourcesAreStoredTwice) {
  Figures figures(base::list_prices());
  figures.add_to_archive(object(kGiB), now());
  figures.archived.add("GLACIER", kGiB, kAlwaysIdle);
  const Costs costs = costs_of(figures, base::list_prices(), "GLACIER", true);
  EXPECT_DOUBLE_EQ(costs.archived, costs.now + monthly("GLACIER", kGiB));
  EXPECT_FALSE(costs.break_even_days);
}

TEST(Figures, AddUpToTheSameAsAllAtOnce) {
  Figures one(base::list_prices());
  Figures other(base::list_prices());
  Figures both(base::list_prices());
  const s3::ObjectSummary small = object(100, "STANDARD_IA", 3);
  const s3::ObjectSummary large = object(kGiB, "STANDARD", 500);
  one.add_to_archive(small, now());
  other.add_to_archive(large, now());
  other.add_archived(small, now());
  for (const auto& [object, archived] :
       {std::pair(small, false), std::pair(large, false), std::pair(small, true)}) {
    if (archived) {
      both.add_archived(object, now());
    } else {
      both.add_to_archive(object, now());
    }
  }
  one.add(other);
  EXPECT_EQ(one.all.objects, both.all.objects);
  EXPECT_EQ(one.all.bytes, both.all.bytes);
  EXPECT_EQ(one.oldest, both.oldest);
  EXPECT_EQ(one.newest, both.newest);
  EXPECT_EQ(one.archived_before.objects, 1u);
  EXPECT_EQ(one.young.objects, 1u);
  EXPECT_EQ(one.young_until, both.young_until);
  EXPECT_EQ(one.small.objects, 1u);
  EXPECT_EQ(one.large.objects, 1u);
  EXPECT_DOUBLE_EQ(one.now.dollars_per_month(), both.now.dollars_per_month());
  for (std::size_t i = 0; i < one.histogram.size(); ++i)
    EXPECT_EQ(one.histogram.at(i).objects, both.histogram.at(i).objects) << i;
  EXPECT_EQ(one.histogram.front().objects, 1u);
  EXPECT_EQ(one.histogram.back().objects, 1u);
}

TEST(RestoreCosts, NameEachTierOfTheClass) {
  Figures figures(base::list_prices());
  for (int i = 0; i < 1000; ++i) figures.add_to_archive(object(100), now());
  figures.volumes = 2;
  figures.archive_bytes = kGiB;
  const double moving = 0.0004 + 0.0004 + 0.005;
  const std::vector<RestoreCost> glacier = restore_costs(figures, base::list_prices(), "GLACIER");
  ASSERT_EQ(glacier.size(), 3u);
  EXPECT_EQ(glacier[0].tier, "Expedited");
  EXPECT_DOUBLE_EQ(glacier[0].dollars, moving + 0.03 + 2 * 0.01);
  EXPECT_DOUBLE_EQ(glacier[1].dollars, moving + 0.01 + 2 * 0.00005);
  EXPECT_DOUBLE_EQ(glacier[2].dollars, moving);
  EXPECT_EQ(glacier[2].takes, "5 to 12 hours");
  const std::vector<RestoreCost> instant = restore_costs(figures, base::list_prices(), "GLACIER_IR");
  ASSERT_EQ(instant.size(), 1u);
  EXPECT_EQ(instant[0].tier, "");
  EXPECT_DOUBLE_EQ(instant[0].dollars, 0.01 + 0.0004 + 0.005 + 0.03);
}

}  // namespace
}  // namespace s3c::plan
