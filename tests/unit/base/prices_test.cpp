#include "base/prices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "base/error.h"

namespace s3c::base {
namespace {

constexpr std::string_view kSmall = R"({
  "region": "here", "currency": "USD", "date": "2026-08-01", "source": "a page",
  "classes": {
    "STANDARD": {"storage": [{"up_to_gb": 10, "per_gb_month": 2}, {"per_gb_month": 1}], "put_per_1000": 5, "get_per_1000": 0.4},
    "COLD": {"storage": [{"per_gb_month": 0.5}], "put_per_1000": 7, "get_per_1000": 1, "minimum_days": 30,
             "thaw": {"Bulk": {"per_gb": 0, "per_1000": 0.1, "takes": "hours"}}}
  }
})";

/// kSmall with one text replaced.
std::string spoilt(std::string_view was, std::string_view is) {
  std::string text(kSmall);
  const std::size_t at = text.find(was);
  EXPECT_NE(at, std::string::npos) << was;
  return text.replace(at, was.size(), is);
}

std::string refusal_of(const std::string& text) {
  try {
    Prices::parse(text, "my.json");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    return error.what();
  }
  return "accepted";
}

TEST(Prices, AreReadByClass) {
  const Prices prices = Prices::parse(kSmall, "my.json");
  EXPECT_EQ(prices.region(), "here");
  EXPECT_EQ(prices.date(), "2026-08-01");
  EXPECT_EQ(prices.standard().storage.size(), 2u);
  EXPECT_EQ(prices.of("COLD").minimum_days, 30);
  EXPECT_EQ(prices.of("COLD").find_thaw("Bulk")->per_1000, 0.1);
  EXPECT_EQ(prices.of("COLD").find_thaw("Expedited"), nullptr);
  EXPECT_EQ(prices.find("OTHER"), nullptr);
  EXPECT_EQ(prices.of("OTHER").put_per_1000, 5) << "a class without prices counts as STANDARD";
}

TEST(Prices, WhatIsWrongInAFileIsNamedWithFileAndField) {
  struct Case {
    std::string text, names;
  };
  const Case cases[] = {
      {"", "it is no JSON document"},
      {"[]", "must be an object"},
      {"{", "it is no JSON document"},
      {"{}", "region: is missing"},
      {spoilt("\"here\"", "\"\""), "region: must be a text"},
      {spoilt("\"USD\"", "\"EUR\""), "currency: must be USD"},
      {spoilt("2026-08-01", "August"), "date: must be a day"},
      {spoilt("\"source\"", "\"sauce\""), "source: is missing"},
      {spoilt("\"STANDARD\"", "\"NORMAL\""), "classes.STANDARD: is missing"},
      {spoilt("\"put_per_1000\": 5", "\"put_per_1000\": -5"),
       "classes.STANDARD.put_per_1000: must be between 0"},
      {spoilt("\"put_per_1000\": 5", "\"put_per_1000\": -0.0"),
       "classes.STANDARD.put_per_1000: must be between 0"},
      {spoilt("\"put_per_1000\": 5", "\"put_per_1000\": \"5\""),
       "classes.STANDARD.put_per_1000: must be a number"},
      {spoilt("\"put_per_1000\": 5", "\"put_per_1000\": 1e999"), "it is no JSON document"},
      {spoilt("\"put_per_1000\": 5", "\"put_per_1000\": null"),
       "classes.STANDARD.put_per_1000: must be a number"},
      {spoilt("\"put_per_1000\": 5", "\"put_per_1000\": 5, \"put_per_1000\": 6"),
       "put_per_1000: is there twice"},
      {spoilt("\"put_per_1000\": 5, ", ""), "classes.STANDARD.put_per_1000: is missing"},
      {spoilt("\"minimum_days\"", "\"minimum_day\""), "classes.COLD.minimum_day: there is no such field"},
      {spoilt("\"minimum_days\": 30", "\"minimum_days\": 1.5"),
       "classes.COLD.minimum_days: must be a whole number"},
      {spoilt("\"minimum_days\": 30", "\"minimum_days\": -1"),
       "classes.COLD.minimum_days: must be a whole number"},
      {spoilt("\"up_to_gb\": 10, ", ""), "classes.STANDARD.storage[1].per_gb_month: stands behind a step"},
      {spoilt("{\"per_gb_month\": 1}", "{\"up_to_gb\": 20, \"per_gb_month\": 1}"),
       "classes.STANDARD.storage: needs a last step"},
      {spoilt("{\"per_gb_month\": 1}", "{\"up_to_gb\": 10, \"per_gb_month\": 1}"),
       "classes.STANDARD.storage[1].up_to_gb: must be more"},
      {spoilt("[{\"per_gb_month\": 0.5}]", "[]"), "classes.COLD.storage: must be a list"},
      {spoilt("\"Bulk\"", "\"Slow\""), "classes.COLD.thaw.Slow: S3 has no such tier"},
      {spoilt("\"takes\": \"hours\"", "\"takes\": 3"), "classes.COLD.thaw.Bulk.takes: must be a text"},
  };
  for (const Case& one : cases) {
    const std::string refusal = refusal_of(one.text);
    EXPECT_THAT(refusal, testing::HasSubstr(one.names)) << one.text;
    EXPECT_THAT(refusal, testing::HasSubstr("my.json")) << one.text;
  }
}

TEST(Prices, OfUsEast1AreThoseOfTheList) {
  const Prices& prices = list_prices();
  EXPECT_EQ(prices.region(), "us-east-1");
  EXPECT_EQ(find_prices("us-east-1"), &prices);
  EXPECT_EQ(find_prices("nowhere-1"), nullptr);
  EXPECT_EQ(prices.standard().storage[0].per_gb_month, 0.023);
  EXPECT_EQ(*prices.standard().storage[0].up_to_gb, 50 * 1024) << "50 TB of 1,024 GB";
  EXPECT_EQ(prices.standard().put_per_1000, 0.005);
  EXPECT_EQ(prices.of("DEEP_ARCHIVE").put_per_1000, 0.05);
  EXPECT_EQ(prices.of("DEEP_ARCHIVE").overhead_bytes, 32u << 10);
  EXPECT_EQ(prices.of("DEEP_ARCHIVE").overhead_standard_bytes, 8u << 10);
  EXPECT_EQ(prices.of("GLACIER").find_thaw("Expedited")->per_1000, 10);
  EXPECT_EQ(prices.of("GLACIER_IR").minimum_bytes, 128u << 10);
  EXPECT_FALSE(prices.of("GLACIER_IR").needs_thaw());
  EXPECT_FALSE(prices.standard().lifecycle_per_1000);
}

TEST(Prices, FilesThatCannotBeReadAreNamed) {
  for (const char* file : {"/nowhere/prices.json", "/proc/self"}) {
    try {
      load_prices(file);
      ADD_FAILURE() << file;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
      EXPECT_THAT(error.what(), testing::HasSubstr(file));
    }
  }
}

}  // namespace
}  // namespace s3c::base
