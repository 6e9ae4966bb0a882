// The store's clock: what its answers' Date headers tell, and what they leave as it was.
#include "s3/store_clock.h"

#include "fakes.h"

namespace s3c::s3::test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

const base::Timestamp kLocal = *base::parse_amz_date("20130524T000000Z");
constexpr const char* kDayBefore = "Thu, 23 May 2013 00:00:00 GMT";

TEST(StoreClock, IsThisMachinesUntilAnAnswerTellsIt) {
  StoreClock clock;
  EXPECT_EQ(clock.at(kLocal), kLocal);
  EXPECT_TRUE(clock.hear(kDayBefore, kLocal));
  EXPECT_EQ(clock.at(kLocal), kLocal - hours(24));
  EXPECT_EQ(clock.at(kLocal + seconds(5)), kLocal - hours(24) + seconds(5)) << "it goes on";
}

TEST(StoreClock, TheSameTextAgainIsNoNewerMoment) {
  StoreClock clock;
  clock.hear(kDayBefore, kLocal);
  clock.hear(kDayBefore, kLocal + milliseconds(900));
  EXPECT_EQ(clock.at(kLocal + milliseconds(900)), kLocal - hours(24) + milliseconds(900));
}

TEST(StoreClock, FollowsALaterDate) {
  StoreClock clock;
  clock.hear(kDayBefore, kLocal);
  clock.hear("Fri, 24 May 2013 00:00:01 GMT", kLocal + seconds(1));  // this machine's clock was put right
  EXPECT_EQ(clock.at(kLocal + seconds(1)), kLocal + seconds(1));
}

TEST(StoreClock, PassesOverWhatIsNoDateAndSaysSoOnceIfNoneEverCame) {
  StoreClock clock;
  EXPECT_FALSE(clock.hear(std::nullopt, kLocal));
  EXPECT_TRUE(clock.hear("yesterday", kLocal)) << "said once is enough";
  EXPECT_EQ(clock.at(kLocal), kLocal);
  clock.hear(kDayBefore, kLocal);
  EXPECT_TRUE(clock.hear("", kLocal));
  EXPECT_EQ(clock.at(kLocal), kLocal - hours(24));
  StoreClock told;
  told.hear(kDayBefore, kLocal);
  EXPECT_TRUE(told.hear(std::nullopt, kLocal)) << "it is known";
}

class StoreTimeTest : public S3ClientTest {};

TEST_F(StoreTimeTest, TheFirstAnswerTellsIt) {
  EXPECT_EQ(client_->now(), kLocal);
  transport_.add(answer(200, "", {{"Date", kDayBefore}}));
  client_->head_bucket("b");
  EXPECT_EQ(client_->now(), kLocal - hours(24));
}

TEST_F(StoreTimeTest, ARefusalTellsItToo) {
  transport_.add(s3_error(403, "AccessDenied", {{"Date", kDayBefore}}));
  error_of([&] { client_->head_bucket("b"); });
  EXPECT_EQ(client_->now(), kLocal - hours(24));
}

TEST_F(StoreTimeTest, RequestsAreDatedByThisMachineUnlessTheStoreRefusesThat) {
  transport_.add(answer(200, "", {{"Date", kDayBefore}}));
  transport_.add(answer(200));
  client_->head_bucket("b");
  client_->head_bucket("b");
  EXPECT_EQ(header(1, "x-amz-date"), "20130524T000000Z");
}

}  // namespace
}  // namespace s3c::s3::test
