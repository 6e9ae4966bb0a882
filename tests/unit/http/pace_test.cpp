// When an exchange counts as not moving. Times are handed in: nothing here waits.
#include "http/pace.h"

#include <gtest/gtest.h>

namespace s3c::http {
namespace {

using base::ErrorKind;
using std::chrono::milliseconds;
using std::chrono::seconds;

class PaceTest : public testing::Test {
 protected:
  void begin(bool slow_answer = false) { pace_.begin(rules_, slow_answer, {}); }
  std::optional<ErrorKind> check(seconds now, std::uint64_t moved_bytes, bool body_under_way) {
    const auto error =
        pace_.check({.moved_bytes = moved_bytes, .body_under_way = body_under_way}, Pace::Time(now));
    return error ? std::optional(error->kind()) : std::nullopt;
  }
  /// When an exchange is given up that moves bytes_per_second, looked at each second; nullopt: not within an
  /// hour.
  std::optional<int> given_up_after(std::uint64_t bytes_per_second, bool body_under_way = true) {
    for (int s = 0; s < 3600; ++s) {
      if (const auto kind =
              check(seconds(s), bytes_per_second * static_cast<std::uint64_t>(s), body_under_way)) {
        EXPECT_EQ(kind, ErrorKind::transient);
        return s;
      }
    }
    return std::nullopt;
  }

  PaceRules rules_;
  std::stop_source hurry_;
  Pace pace_;
};

TEST_F(PaceTest, ABodyHasALeastSpeed) {
  begin();
  EXPECT_EQ(given_up_after(3), 30);
  begin();
  EXPECT_EQ(given_up_after(1023), 30);
  begin();
  EXPECT_EQ(given_up_after(1024), std::nullopt);
}

TEST_F(PaceTest, ABodyThatWasFastOnceMustStayFast) {
  begin();
  EXPECT_EQ(check(seconds(1), 1'000'000'000, true), std::nullopt);
  EXPECT_EQ(check(seconds(30), 1'000'000'000 + 100, true), std::nullopt) << "the window began at 1 s";
  EXPECT_EQ(check(seconds(31), 1'000'000'000 + 100, true), ErrorKind::transient);
}

TEST_F(PaceTest, TheWaitForAnAnswerHasABoundOfItsOwn) {
  begin();
  EXPECT_EQ(given_up_after(0, false), 60);
  // What was sent first doesn't count as silence.
  begin();
  EXPECT_EQ(check(seconds(40), 5000, false), std::nullopt);
  EXPECT_EQ(check(seconds(99), 5000, false), std::nullopt);
  EXPECT_EQ(check(seconds(100), 5000, false), ErrorKind::transient);
}

TEST_F(PaceTest, WhiteSpaceWhileTheStoreWorksIsBorne) {
  begin(true);
  for (int s = 0; s < 1800; ++s)
    ASSERT_EQ(check(seconds(s), 200 + static_cast<std::uint64_t>(s) / 10, true), std::nullopt) << s;
  EXPECT_EQ(check(seconds(1800), 400, true), ErrorKind::transient) << "not for ever";
}

TEST_F(PaceTest, ASlowAnswerMayBeSilentForLonger) {
  begin(true);
  EXPECT_EQ(given_up_after(0, false), 300);
}

TEST_F(PaceTest, AnAnswerThatIsKeptMustEndHoweverFastItMoves) {
  const auto ended_after = [this](Pace::Answer answer) -> std::optional<int> {
    begin();
    for (int s = 0; s < 3600; ++s) {
      const Pace::State state{100'000 * static_cast<std::uint64_t>(s), true,
                              s < 7 ? Pace::Answer::none : answer};
      if (pace_.check(state, Pace::Time(seconds(s)))) return s;
    }
    return std::nullopt;
  };
  EXPECT_EQ(ended_after(Pace::Answer::streamed), std::nullopt);
  EXPECT_EQ(ended_after(Pace::Answer::kept), 7 + 300);
  EXPECT_EQ(ended_after(Pace::Answer::error), 7 + 10);
  rules_.hurry = hurry_.get_token();
  hurry_.request_stop();
  EXPECT_EQ(ended_after(Pace::Answer::streamed), std::nullopt) << "a member in flight is finished";
  EXPECT_EQ(ended_after(Pace::Answer::kept), 7);
  EXPECT_EQ(ended_after(Pace::Answer::error), 7);
}

TEST_F(PaceTest, InAHurryWhatRunsOutOfTimeIsNotTriedAgain) {
  rules_.hurry = hurry_.get_token();
  begin();
  const Pace::State drips{1'000'000, true, Pace::Answer::error};
  EXPECT_EQ(pace_.check(drips, Pace::Time(seconds(0))), std::nullopt);
  hurry_.request_stop();
  EXPECT_EQ(pace_.check(drips, Pace::Time(seconds(9))), std::nullopt);
  const std::optional<base::Error> error = pace_.check(drips, Pace::Time(seconds(10)));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::cancelled);
}

TEST_F(PaceTest, InAHurryNothingIsWaitedFor) {
  for (const bool slow_answer : {false, true}) {
    hurry_ = std::stop_source();
    rules_.hurry = hurry_.get_token();
    begin(slow_answer);
    EXPECT_EQ(check(seconds(5), 200, false), std::nullopt);
    hurry_.request_stop();
    EXPECT_EQ(check(seconds(6), 200, false), std::nullopt);
    EXPECT_EQ(check(seconds(8), 203, true), std::nullopt);
    EXPECT_EQ(check(seconds(9), 209, true), ErrorKind::cancelled) << "3 bytes a second are no progress";
  }
}

TEST_F(PaceTest, InAHurryWhatMovesMayGoOn) {
  rules_.hurry = hurry_.get_token();
  hurry_.request_stop();
  begin();
  EXPECT_EQ(given_up_after(2000), std::nullopt);
}

}  // namespace
}  // namespace s3c::http
