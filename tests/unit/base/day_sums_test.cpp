#include "base/day_sums.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace s3c::base {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> lines_of(const DaySums& days) {
  std::vector<std::string> lines;
  for (const DaySums::Bar& bar : days.bars())
    lines.push_back(fmt::format("{}|{}|{}", bar.day, bar.group, bar.sums.objects));
  return lines;
}

TEST(DaySums, TheGroupsOfADayHaveOneBar) {
  DaySums days;
  days.add("2018-04-02", "b/", {3, 30, 3});
  days.add("2018-04-01", "a/", {1, 10, 1});
  days.add("2018-04-02", "c/", {4, 40, 4});
  EXPECT_THAT(lines_of(days), ElementsAre("2018-04-01||1", "2018-04-02||7"));
  EXPECT_EQ(days.bars()[1].sums.source_bytes, 70u);
  EXPECT_EQ(days.bars()[1].sums.archive_bytes, 7u);
  EXPECT_TRUE(DaySums().bars().empty());
}

TEST(DaySums, ManyDaysBecomeMonthsAndThenYears) {
  DaySums days;
  for (int day = 1; day <= 31; ++day) {
    for (int month = 1; month <= 4; ++month)
      days.add(fmt::format("2018-{:02}-{:02}", month, day), "", {1, 1, 1});
  }
  EXPECT_THAT(lines_of(days), ElementsAre("2018-01||31", "2018-02||31", "2018-03||31", "2018-04||31"));
  for (int year = 2000; year < 2010; ++year) {
    for (int month = 1; month <= 12; ++month)
      days.add(fmt::format("{}-{:02}-01", year, month), "", {1, 1, 1});
  }
  EXPECT_EQ(days.bars().size(), 11u);
  EXPECT_EQ(days.bars().back().sums.objects, 124u) << "nothing is lost";
}

TEST(DaySums, AMonthOfATaskTurnsTheDaysOfAnotherIntoMonths) {
  DaySums days;
  days.add("2018-04-01", "", {1, 1, 1});
  days.add("2018-04", "", {5, 5, 5});
  days.add("2018-05-09", "", {2, 2, 2});
  EXPECT_THAT(lines_of(days), ElementsAre("2018-04||6", "2018-05||2"));
}

TEST(DaySums, StaysSmallForAMillionGroupsAndTenThousandYears) {
  DaySums days;
  for (int i = 0; i < 1'000'000; ++i) days.add("", fmt::format("customer-{}/", i), {1, 1, 1});
  for (int year = 1; year <= 9999; ++year) days.add(fmt::format("{:04}", year), "", {1, 1, 1});
  const std::vector<DaySums::Bar> bars = days.bars();
  EXPECT_LE(bars.size(), 2 * DaySums::kMost + 1);
  std::uint64_t sum = 0;
  for (const DaySums::Bar& bar : bars) sum += bar.sums.objects;
  EXPECT_EQ(sum, 1'009'999u) << "nothing is lost";
  EXPECT_EQ(bars.back().group, "") << "all others";
}

}  // namespace
}  // namespace s3c::base
