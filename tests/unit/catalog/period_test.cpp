#include "catalog/period.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "catalog/layout.h"
#include "support/promise.h"

namespace s3c::catalog {
namespace {

base::Timestamp at(const char* time) {
  return *base::parse_iso8601(time);
}

TEST(PeriodTest, ATimeIsOfOneMonthDayAndHourInUtc) {
  const base::Timestamp time = at("2024-02-29T23:59:59.999Z");
  EXPECT_EQ(period_of(Period::month, time), (Fields{{"yyyy", "2024"}, {"mm", "02"}}));
  EXPECT_EQ(period_of(Period::day, time), (Fields{{"yyyy", "2024"}, {"mm", "02"}, {"dd", "29"}}));
  EXPECT_EQ(period_of(Period::hour, time),
            (Fields{{"yyyy", "2024"}, {"mm", "02"}, {"dd", "29"}, {"hh", "23"}}));
  EXPECT_EQ(period_label(Period::month, period_of(Period::month, time)), "2024-02");
  EXPECT_EQ(period_label(Period::day, period_of(Period::day, time)), "2024-02-29");
  EXPECT_EQ(period_label(Period::hour, period_of(Period::hour, time)), "2024-02-29T23");
}

TEST(PeriodTest, MillisecondsDecideNothing) {
  for (const Period period : {Period::month, Period::day, Period::hour}) {
    for (const auto& [seconds, milliseconds] : {std::pair{"2023-12-31T23:59:59Z", "2023-12-31T23:59:59.999Z"},
                                                {"2024-01-01T00:00:00Z", "2024-01-01T00:00:00.001Z"},
                                                {"1969-12-31T23:59:59Z", "1969-12-31T23:59:59.500Z"}}) {
      EXPECT_EQ(period_number(period, at(seconds)), period_number(period, at(milliseconds))) << milliseconds;
      EXPECT_EQ(period_of(period, at(seconds)), period_of(period, at(milliseconds))) << milliseconds;
    }
    EXPECT_EQ(period_number(period, at("2023-12-31T23:59:59.999Z")) + 1,
              period_number(period, at("2024-01-01T00:00:00Z")));
    EXPECT_EQ(period_number(period, at("1970-01-01T00:00:00Z")), 0);
    EXPECT_EQ(period_number(period, at("1969-12-31T23:59:59.999Z")), -1);
  }
}

TEST(PeriodTest, WhatIsWrittenReadsBack) {
  EXPECT_EQ(parse_group_by("last-modified"), Period::day);
  for (const Period period : {Period::month, Period::day, Period::hour}) {
    EXPECT_EQ(parse_group_by(group_by_text(period)), period);
    const Layout layout = Layout::by_last_modified(period);
    EXPECT_EQ(layout.field_names(), period_fields(period));
    EXPECT_TRUE(layout.has_date());
    // The default name goes with it, and two groups of one prefix never share an archive.
    validate_names("bucket", {"photos"}, layout, ArchiveName::parse(default_archive_name(period)));
  }
  for (const char* wrong :
       {"", "modified", "last-modified:", "last-modified:week", "last-modified:Day", "last-modifiedday"})
    EXPECT_EQ(support::error_kind([&] { parse_group_by(wrong); }), base::ErrorKind::invalid_argument)
        << wrong;
}

TEST(PeriodTest, NoKeyTellsItsGroup) {
  const Layout layout = Layout::by_last_modified(Period::day);
  EXPECT_EQ(layout.fields_of_key("photos", "photos/2018/04/01/x"), std::nullopt);
  const Fields fields = period_of(Period::day, at("2018-04-01T00:00:00Z"));
  EXPECT_EQ(layout.group_prefix("photos", fields), "photos/");
  EXPECT_EQ(layout.group_name("photos", fields), "photos/ 2018-04-01");
}

TEST(PeriodTest, NamesThatCollideAreRefusedWithAnExample) {
  const auto message = [](const Prefixes& prefixes, Period period, const char* name) -> std::string {
    try {
      validate_names("b", prefixes, Layout::by_last_modified(period), ArchiveName::parse(name));
    } catch (const base::Error& error) {
      return error.message();
    }
    return {};
  };
  EXPECT_NE(
      message({"photos"}, Period::hour, "{bucket}/{yyyy}{mm}{dd}.zip")
          .find("photos/ 2018-04-01T09 and photos/ 2018-04-01T10 would get one archive, b/20180401.zip"),
      std::string::npos);
  EXPECT_NE(
      message({"photos", "clips"}, Period::day, "{bucket}/{yyyy}{mm}{dd}.zip").find("let two groups collide"),
      std::string::npos);
  // January 11 or November 1.
  EXPECT_NE(
      message({"photos"}, Period::day, "{bucket}/{yyyy}{m}{d}.zip").find("let two groups collide: photos/ "),
      std::string::npos);
  EXPECT_EQ(message({"photos", "clips"}, Period::day, "{bucket}/{prefix}/{yyyy}{mm}{dd}.zip"), "");
}

}  // namespace
}  // namespace s3c::catalog
