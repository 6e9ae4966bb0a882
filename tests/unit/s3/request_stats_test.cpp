// How a client's requests are counted: each once when it is sent, and once when it ends.
#include <gmock/gmock.h>

#include "tests/unit/s3/fakes.h"

namespace s3c::s3::test {
namespace {

using testing::ElementsAre;
using testing::Pair;

class RequestStatsTest : public S3ClientTest {
 protected:
  OperationStats stats_of(Operation operation) { return client_->stats().operations.at(operation); }
};

TEST_F(RequestStatsTest, EveryRequestEndsWithItsStatus) {
  transport_.add(broken());
  transport_.add(s3_error(503, "SlowDown"));
  transport_.add(answer(200, "x", object_headers()));
  client_->get_object({.bucket = "b", .key = "k"});
  const OperationStats gets = stats_of(Operation::get_object);
  EXPECT_EQ(gets.sent, 3u);
  EXPECT_EQ(gets.in_flight, 0u);
  EXPECT_EQ(gets.retries, 2u);
  EXPECT_EQ(gets.throttled, 1u);
  EXPECT_THAT(gets.by_status, ElementsAre(Pair(0, 1), Pair(200, 1), Pair(503, 1)));
  std::uint64_t timed = 0;
  for (const std::uint64_t count : gets.latencies) timed += count;
  EXPECT_EQ(timed, 3u);
}

TEST_F(RequestStatsTest, ARequestUnderWayIsInFlight) {
  transport_.meanwhile = [&] { EXPECT_EQ(stats_of(Operation::head_object).in_flight, 1u); };
  transport_.add(answer(404));
  EXPECT_EQ(client_->head_object("b", "k"), std::nullopt);
  EXPECT_EQ(stats_of(Operation::head_object).in_flight, 0u);
  EXPECT_THAT(stats_of(Operation::head_object).by_status, ElementsAre(Pair(404, 1)));
}

TEST_F(RequestStatsTest, TheLastFailureIsKnownBeforeTheWait) {
  clock_.during_sleep = [&] {
    const RequestStatsSnapshot now = client_->stats();
    EXPECT_EQ(now.failed_tries, 1u);
    EXPECT_EQ(now.retries, 0u) << "it was not sent again yet";
    EXPECT_EQ(now.last_retry.operation, Operation::get_object);
    EXPECT_THAT(now.last_retry.error, testing::StartsWith("503 SlowDown: "));
  };
  transport_.add(s3_error(503, "SlowDown"));
  transport_.add(answer(200, "x", object_headers()));
  client_->get_object({.bucket = "b", .key = "k"});
  EXPECT_EQ(client_->stats().retries, 1u);
  EXPECT_FALSE(clock_.during_sleep) << "it waited";
}

TEST_F(RequestStatsTest, TheRequestThatAsksForTheRegionEndsToo) {
  transport_.add(s3_error(301, "PermanentRedirect"));
  transport_.add(answer(200, "", {{"x-amz-bucket-region", "eu-west-1"}}));
  transport_.add(answer(404));
  EXPECT_EQ(client_->head_object("b", "k"), std::nullopt);
  EXPECT_EQ(stats_of(Operation::head_bucket).in_flight, 0u);
  EXPECT_EQ(stats_of(Operation::head_object).in_flight, 0u);
}

TEST_F(RequestStatsTest, ExpiryIsThatOfTheCredentialsInUse) {
  EXPECT_EQ(client_->stats().credentials_expire_at, std::nullopt);
  const base::Timestamp expiry = *base::parse_iso8601("2026-08-01T01:00:00Z");
  S3Client client({.endpoint = {.url = "http://store"}, .region = "us-east-1"},
                  std::make_shared<aws::StaticCredentials>(aws::Credentials{"AK", "SK", "T", expiry}),
                  transport_, clock_, base::make_null_logger(), {});
  transport_.add(answer(404));
  client.head_object("b", "k");
  EXPECT_EQ(client.stats().credentials_expire_at, expiry);
}

TEST(RequestStats, LatenciesAreSorted) {
  RequestStats stats;
  stats.count_request(Operation::get_object, 0);
  for (const int ms : {0, 5, 6, 60'000, 60'001})
    stats.count_end(Operation::get_object, 200, std::chrono::milliseconds(ms));
  const OperationStats gets = stats.snapshot().operations.at(Operation::get_object);
  EXPECT_THAT(gets.latencies, ElementsAre(2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1));
  EXPECT_EQ(gets.latency_sum_us, 120'012'000u);
}

}  // namespace
}  // namespace s3c::s3::test
