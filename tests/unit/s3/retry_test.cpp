// What the client does about failures that aren't about the object: retries, regions, clocks, stopping.
#include <gmock/gmock.h>

#include "tests/unit/s3/fakes.h"

namespace s3c::s3::test {
namespace {

using base::ErrorKind;
using std::chrono::milliseconds;

class RetryTest : public S3ClientTest {};

TEST_F(RetryTest, WhatIsWorthItIsTriedAgain) {
  const std::vector<Step> failures = {broken(),
                                      answer(500),
                                      answer(502, "<html>bad gateway</html>"),
                                      answer(503),
                                      answer(504),
                                      answer(429),
                                      s3_error(503, "SlowDown"),
                                      s3_error(500, "InternalError"),
                                      s3_error(400, "RequestTimeout"),
                                      s3_error(409, "OperationAborted")};
  for (const Step& failure : failures) {
    transport_.add(failure);
    transport_.add(answer(200));
    client_->head_bucket("b");
  }
  EXPECT_EQ(clock_.slept().size(), failures.size());
  EXPECT_EQ(client_->stats().retries, failures.size());
  EXPECT_EQ(client_->stats().requests.at("HeadBucket"), 2 * failures.size());
}

TEST_F(RetryTest, WhatWouldFailInTheSameWayIsNot) {
  const std::vector<Step> failures = {
      s3_error(404, "NoSuchBucket"),    s3_error(403, "AccessDenied"),   s3_error(412, "PreconditionFailed"),
      s3_error(400, "InvalidArgument"), s3_error(501, "NotImplemented"), broken(ErrorKind::invalid_argument),
      broken(ErrorKind::cancelled)};
  for (const Step& failure : failures) {
    transport_.add(failure);
    EXPECT_EQ(error_of([&] { client_->head_bucket("b"); }).context().attempts, 1);
  }
  EXPECT_TRUE(clock_.slept().empty());
}

/// S3 asks for that. A Complete isn't sent again: it needs a new upload.
TEST_F(RetryTest, APutThatMetAnotherConditionalWriteIsSentAgain) {
  const auto put = [this] { client_->put_object({.bucket = "b", .key = "k", .if_none_match = true}, "x"); };
  transport_.add(s3_error(409, "ConditionalRequestConflict"));
  transport_.add(s3_error(409, "ConditionalRequestConflict"));
  transport_.add(answer(200, "", {{"ETag", "\"9dd4e461268c8034f5c8564e155c67a6\""}}));
  put();
  EXPECT_EQ(client_->stats().retries, 2u);
  for (int i = 0; i < 4; ++i) transport_.add(s3_error(409, "ConditionalRequestConflict"));
  transport_.add(answer(404));  // to the HEAD that looks whether the object is ours
  const auto error = error_of(put);
  EXPECT_EQ(error.kind(), ErrorKind::precondition_failed);
  EXPECT_EQ(error.context().attempts, 4) << "and nothing was written without the condition";
}

TEST_F(RetryTest, GivesUpAfterMaxAttemptsAndSaysSo) {
  for (int i = 0; i < 4; ++i) transport_.add(s3_error(503, "SlowDown"));
  const auto error = error_of([&] { client_->list_objects({.bucket = "b"}); });
  EXPECT_EQ(error.kind(), ErrorKind::throttled);
  EXPECT_EQ(error.context().attempts, 4);
  EXPECT_EQ(error.context().operation, "ListObjectsV2");
  EXPECT_EQ(error.context().resource, "b");
  EXPECT_EQ(error.context().code, "SlowDown");
}

TEST_F(RetryTest, WaitsGrowAndStayWithinTheJitter) {
  RetryPolicy policy;
  policy.max_attempts = 10;
  start({.endpoint = {.url = "http://store"}, .retry = policy});
  for (int i = 0; i < 10; ++i) transport_.add(broken());
  error_of([&] { client_->head_bucket("b"); });
  ASSERT_EQ(clock_.slept().size(), 9u);
  milliseconds ceiling = policy.backoff.base;
  for (const milliseconds wait : clock_.slept()) {
    EXPECT_LE(wait, std::min(ceiling, policy.backoff.cap));
    ceiling *= 2;
  }
}

TEST_F(RetryTest, WaitsAsLongAsTheStoreAsksFor) {
  transport_.add(s3_error(503, "SlowDown", {{"x-amz-retry-after", "5000"}}));
  transport_.add(answer(200));
  client_->head_bucket("b");
  EXPECT_GE(clock_.slept().at(0), milliseconds(5000));
}

TEST_F(RetryTest, StopEndsTheWaiting) {
  transport_.add(broken());
  stop_.request_stop();
  EXPECT_EQ(error_of([&] { client_->head_bucket("b"); }).kind(), ErrorKind::cancelled);
  transport_ = ScriptedTransport();
}

TEST_F(RetryTest, FollowsABucketToItsRegionOnceAndRemembers) {
  start({.endpoint = {}, .region = "us-east-1"});
  transport_.add(s3_error(301, "PermanentRedirect", {{"x-amz-bucket-region", "eu-west-1"}}));
  transport_.add(answer(200));
  transport_.add(answer(200));
  client_->head_bucket("logs");
  client_->head_bucket("logs");
  EXPECT_EQ(request(0).url, "https://logs.s3.us-east-1.amazonaws.com/");
  EXPECT_EQ(request(1).url, "https://logs.s3.eu-west-1.amazonaws.com/");
  EXPECT_THAT(header(1, "Authorization"), testing::HasSubstr("/eu-west-1/s3/aws4_request"));
  EXPECT_EQ(request(2).url, "https://logs.s3.eu-west-1.amazonaws.com/");
  EXPECT_TRUE(clock_.slept().empty());
}

TEST_F(RetryTest, AuthorizationHeaderMalformedNamesTheRegion) {
  transport_.add(
      answer(400, "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-2</Region></Error>"));
  transport_.add(answer(200));
  client_->head_bucket("b");
  EXPECT_EQ(request(1).url, "http://store/b") << "a custom end point stays where it is";
  EXPECT_THAT(header(1, "Authorization"), testing::HasSubstr("/eu-west-2/s3/aws4_request"));
}

TEST_F(RetryTest, RegionsThatPointAtEachOtherAreNotFollowedForEver) {
  transport_.add(answer(301, "", {{"x-amz-bucket-region", "r2"}}));
  transport_.add(answer(301, "", {{"x-amz-bucket-region", "r1"}}));
  EXPECT_EQ(error_of([&] { client_->head_bucket("b"); }).kind(), ErrorKind::invalid_argument);
}

TEST_F(RetryTest, AWrongClockIsPutRightByTheStores) {
  transport_.add(s3_error(403, "RequestTimeTooSkewed", {{"Date", "Fri, 24 May 2013 01:00:00 GMT"}}));
  transport_.add(answer(200));
  transport_.add(answer(200));
  client_->head_bucket("b");
  EXPECT_EQ(header(0, "x-amz-date"), "20130524T000000Z");
  EXPECT_EQ(header(1, "x-amz-date"), "20130524T010000Z");
  client_->head_bucket("b");
  EXPECT_EQ(header(2, "x-amz-date"), "20130524T010000Z");
}

TEST_F(RetryTest, ARefusalThatAnotherRequestLearnedFromIsTriedAgainToo) {
  // Two requests are under way when the clock jumps: both are refused, and both must be sent again.
  transport_.meanwhile = [&] { client_->head_bucket("b"); };
  for (int request = 0; request < 2; ++request) {
    transport_.add(s3_error(403, "RequestTimeTooSkewed", {{"Date", "Fri, 24 May 2013 01:00:00 GMT"}}));
    transport_.add(answer(200));
  }
  EXPECT_NO_THROW(client_->head_bucket("b"));
  EXPECT_TRUE(transport_.played_to_the_end());
}

TEST_F(RetryTest, ABare403WithTheRightTimeIsADenial) {
  transport_.add(answer(403, "", {{"Date", "Fri, 24 May 2013 00:01:00 GMT"}}));
  EXPECT_EQ(error_of([&] { client_->head_bucket("b"); }).kind(), ErrorKind::access_denied);
}

/// The user pressed Ctrl-C: what may still be worth a try is tried, but nobody waits.
class HurriedRetryTest : public S3ClientTest {
 protected:
  void start_hurried() {
    RetryPolicy policy;
    policy.hurry = hurry_.get_token();
    start({.endpoint = {.url = "http://store"}, .retry = policy});
  }
  std::stop_source hurry_;
};

TEST_F(HurriedRetryTest, GivesUpWithTheThirdFailureAMomentApart) {
  start_hurried();
  hurry_.request_stop();
  for (int i = 0; i < 3; ++i) transport_.add(s3_error(503, "SlowDown", {{"x-amz-retry-after", "60000"}}));
  const auto error = error_of([&] { client_->head_bucket("b"); });
  EXPECT_EQ(error.kind(), ErrorKind::throttled);
  EXPECT_EQ(error.context().attempts, 3);
  EXPECT_THAT(clock_.slept(), testing::Each(testing::Le(milliseconds(250))));
}

TEST_F(HurriedRetryTest, TheTryInFlightIsOneOfTheThree) {
  start_hurried();
  for (int i = 0; i < 3; ++i) transport_.add(broken());
  transport_.meanwhile = [&] { hurry_.request_stop(); };
  EXPECT_EQ(error_of([&] { client_->head_bucket("b"); }).context().attempts, 3);
}

TEST_F(HurriedRetryTest, WhatFailedBeforeIsNotOneOfTheThree) {
  start_hurried();
  for (int i = 0; i < 4; ++i) transport_.add(broken());
  clock_.during_sleep = [&] { hurry_.request_stop(); };
  EXPECT_EQ(error_of([&] { client_->head_bucket("b"); }).context().attempts, 4);
}

TEST_F(HurriedRetryTest, AWaitEndsAndTheCallGoesOn) {
  start_hurried();
  transport_.add(broken());
  transport_.add(answer(200));
  clock_.during_sleep = [&] { hurry_.request_stop(); };
  client_->head_bucket("b");
  EXPECT_EQ(clock_.slept().size(), 1U);
  EXPECT_TRUE(clock_.was_woken()) << "the wait is given the hurry, not only the stop";
}

}  // namespace
}  // namespace s3c::s3::test
