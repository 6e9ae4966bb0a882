#include "cli/report/run_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace s3c::cli {
namespace {

using std::chrono::milliseconds;

TEST(RunHistory, HasWhatHappenedInEachSecond) {
  RunHistory history;
  history.add(milliseconds(1001), {10, 1, 0});
  history.add(milliseconds(2003), {30, 1, 2});
  history.add(milliseconds(3004), {35, 4, 2});
  ASSERT_EQ(history.points().size(), 3u);
  EXPECT_EQ(history.points()[0].requests, 10u);
  EXPECT_EQ(history.points()[1].requests, 20u);
  EXPECT_EQ(history.points()[1].retries, 2u);
  EXPECT_EQ(history.points()[2].throttled, 3u);
  EXPECT_EQ(history.step(), milliseconds(1000));
}

TEST(RunHistory, ARunOfDaysHasNoMorePointsThanOneOfMinutes) {
  RunHistory history;
  std::uint64_t sent = 0;
  for (int second = 1; second <= 3 * 86'400; ++second)
    history.add(milliseconds(1000 * second), {sent += 7, sent / 70, sent / 700});
  EXPECT_LE(history.points().size(), RunHistory::kMostPoints);
  EXPECT_GT(history.points().size(), RunHistory::kMostPoints / 2 - 1);
  RunHistory::Point sum;
  for (const RunHistory::Point& point : history.points()) {
    sum.requests += point.requests;
    sum.throttled += point.throttled;
    sum.retries += point.retries;
  }
  EXPECT_EQ(sum.requests, sent) << "nothing is lost";
  EXPECT_EQ(sum.throttled, sent / 70);
  EXPECT_EQ(sum.retries, sent / 700);
}

TEST(RunHistory, SurvivesAPauseAndACountThatIsBehind) {
  RunHistory history;
  history.add(milliseconds(200), {5, 0, 0});
  history.add(milliseconds(86'400'000), {4, 0, 0});
  EXPECT_LE(history.points().size(), RunHistory::kMostPoints);
  EXPECT_EQ(history.points().front().requests, 5u);
  EXPECT_EQ(history.points().back().requests, 0u);
}

}  // namespace
}  // namespace s3c::cli
