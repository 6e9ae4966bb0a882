#include "cli/output/retry_storm.h"

#include <gtest/gtest.h>

namespace s3c::cli {
namespace {

using Change = RetryStorm::Change;
using std::chrono::seconds;

TEST(RetryStorm, BlowsWhileManyTriesFail) {
  RetryStorm storm;
  EXPECT_EQ(storm.add(seconds(1), 1000, 0), Change::none);
  EXPECT_EQ(storm.add(seconds(2), 2000, 100), Change::none) << "a twentieth";
  EXPECT_EQ(storm.add(seconds(3), 2500, 400), Change::began);
  EXPECT_EQ(storm.requests(), 2500u);
  EXPECT_EQ(storm.failed_tries(), 400u);
  EXPECT_EQ(storm.add(seconds(4), 3000, 500), Change::none) << "told once";
  EXPECT_TRUE(storm.blows());
  EXPECT_EQ(storm.add(seconds(12), 20'000, 500), Change::ended) << "100 of 17,500 in the last ten seconds";
  EXPECT_EQ(storm.add(seconds(30), 21'000, 500), Change::none);
  EXPECT_EQ(storm.add(seconds(40), 21'010, 510), Change::began) << "again";
}

TEST(RetryStorm, AStoreThatCanNotBeReachedIsOne) {
  RetryStorm storm;
  EXPECT_EQ(storm.add(seconds(1), 3, 2), Change::none) << "two hiccups are no storm";
  EXPECT_EQ(storm.add(seconds(2), 4, 3), Change::began);
}

}  // namespace
}  // namespace s3c::cli
