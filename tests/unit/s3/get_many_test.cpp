// Many objects read by one thread: a try each, and what becomes of those for which one isn't enough.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "s3/s3_client.h"
#include "tests/unit/s3/fakes.h"

namespace s3c::s3::test {
namespace {

using base::Error;
using base::ErrorKind;
using std::chrono::milliseconds;

/// A list of objects, and what came of each.
class Wanted final : public GetObjectSource {
 public:
  explicit Wanted(std::vector<GetObjectRequest> requests) : requests_(std::move(requests)) {}

  std::optional<GetObjectRequest> try_next(std::size_t slot) override { return next(slot); }
  std::optional<GetObjectRequest> next(std::size_t slot) override {
    if (begun_ == requests_.size()) return std::nullopt;
    if (on_next) on_next(begun_);
    in_slot_[slot] = requests_[begun_].key;
    return requests_[begun_++];
  }
  void got(std::size_t slot, GetObjectResult result) override {
    if (throws) throw Error(ErrorKind::internal, "the source broke");
    bodies[in_slot_.at(slot)] = result.body;
  }
  void not_got(std::size_t slot, GetObjectRequest request) override {
    EXPECT_EQ(request.key, in_slot_.at(slot));
    failures[request.key] = std::move(request.failed_try);
  }

  bool throws = false;
  std::function<void(std::size_t begun)> on_next;
  std::map<std::string, std::string> bodies;
  std::map<std::string, std::optional<FailedTry>> failures;

 private:
  const std::vector<GetObjectRequest> requests_;
  std::size_t begun_ = 0;
  std::map<std::size_t, std::string> in_slot_;
};

GetObjectRequest wanted(const std::string& key) {
  return {.bucket = "b", .key = key, .if_match = "e1", .expected_size_bytes = 5};
}

class GetManyTest : public S3ClientTest {
 protected:
  /// What went wrong with one object.
  std::optional<FailedTry> failure_of(const Step& step) {
    transport_.add(step);
    Wanted source({wanted("k")});
    client_->get_objects(source, 1);
    EXPECT_TRUE(source.bodies.empty());
    EXPECT_EQ(source.failures.size(), 1u);
    return source.failures["k"];
  }
};

TEST_F(GetManyTest, AsksAsGetObjectDoes) {
  transport_.add(answer(200, "hello", object_headers()));
  transport_.add(answer(200, "world", object_headers()));
  Wanted source({wanted("k 1"), wanted("k2")});
  client_->get_objects(source, 8);
  EXPECT_EQ(source.bodies, (std::map<std::string, std::string>{{"k 1", "hello"}, {"k2", "world"}}));
  EXPECT_TRUE(source.failures.empty());
  transport_.add(answer(200, "hello", object_headers()));
  client_->get_object(wanted("k 1"));
  EXPECT_EQ(request(0).url, request(2).url);
  EXPECT_EQ(request(0).headers, request(2).headers);
  EXPECT_EQ(client_->stats().requests.at("GetObject"), 3u);
  EXPECT_EQ(client_->stats().received_bytes, 15u);
  EXPECT_EQ(client_->stats().retries, 0u);
}

TEST_F(GetManyTest, ChecksAsGetObjectDoes) {
  EXPECT_EQ(failure_of(s3_error(404, "NoSuchKey"))->error.kind(), ErrorKind::not_found);
  EXPECT_EQ(failure_of(s3_error(412, "PreconditionFailed"))->error.kind(), ErrorKind::precondition_failed);
  EXPECT_EQ(failure_of(s3_error(403, "AccessDenied"))->error.kind(), ErrorKind::access_denied);
  EXPECT_EQ(failure_of(broken())->error.kind(), ErrorKind::transient);
  EXPECT_EQ(failure_of(answer(200, "much too long", object_headers("\"e2\"")))->error.kind(),
            ErrorKind::precondition_failed);
  EXPECT_EQ(failure_of(answer(200, "hel", object_headers()))->error.kind(), ErrorKind::transient);
  EXPECT_EQ(failure_of(answer(200, "", object_headers("\"e2\"")))->error.kind(),
            ErrorKind::precondition_failed);
  Fields longer = object_headers();
  longer.emplace_back("Content-Length", "5");
  EXPECT_EQ(failure_of(answer(200, "hel", longer))->error.kind(), ErrorKind::transient) << "ended early";
  Step breaks = answer(200, "hello", object_headers());
  breaks.break_after_bytes = 3;
  EXPECT_EQ(failure_of(breaks)->error.kind(), ErrorKind::transient);
  EXPECT_TRUE(clock_.slept().empty()) << "whoever waits would hold up all the others";
}

TEST_F(GetManyTest, GetObjectGoesOnFromTheFailedTry) {
  GetObjectRequest request = wanted("k");
  request.failed_try = failure_of(s3_error(503, "SlowDown", {{"Retry-After", "7"}}));
  ASSERT_TRUE(request.failed_try);
  EXPECT_EQ(request.failed_try->error.kind(), ErrorKind::throttled);
  transport_.add(answer(200, "hello", object_headers()));
  EXPECT_EQ(client_->get_object(request).body, "hello");
  ASSERT_EQ(clock_.slept().size(), 1u);
  EXPECT_GE(clock_.slept()[0], milliseconds(7000)) << "the store's wish";
  EXPECT_EQ(client_->stats().retries, 1u);

  for (int i = 0; i < 3; ++i) transport_.add(s3_error(503, "SlowDown"));
  const Error error = error_of([&] { client_->get_object(request); });
  EXPECT_EQ(error.kind(), ErrorKind::throttled);
  EXPECT_EQ(error.context().attempts, 4) << "the failed try counts";
}

TEST_F(GetManyTest, WhatNoRetryMendsIsNotAskedAgain) {
  GetObjectRequest request = wanted("k");
  request.failed_try = failure_of(s3_error(404, "NoSuchKey"));
  const Error error = error_of([&] { client_->get_object(request); });
  EXPECT_EQ(error.kind(), ErrorKind::not_found);
  EXPECT_EQ(error.context().attempts, 1);
  EXPECT_EQ(error.context().resource, "b/k");
  EXPECT_EQ(transport_.sent.size(), 1u);
}

TEST_F(GetManyTest, AWrongRegionIsLearnedAndIsNobodysFailure) {
  start({.region = "us-east-1"});
  const Step elsewhere = s3_error(301, "PermanentRedirect", {{"x-amz-bucket-region", "eu-west-1"}});
  EXPECT_FALSE(failure_of(elsewhere));
  transport_.add(answer(200, "hello", object_headers()));
  EXPECT_EQ(client_->get_object(wanted("k")).body, "hello");
  EXPECT_NE(request(1).url.find("eu-west-1"), std::string::npos) << request(1).url;
  EXPECT_TRUE(clock_.slept().empty());
}

TEST_F(GetManyTest, AWrongClockIsLearnedAndIsNobodysFailure) {
  const Step skewed = s3_error(403, "RequestTimeTooSkewed", {{"Date", "Sat, 25 May 2013 00:00:00 GMT"}});
  EXPECT_FALSE(failure_of(skewed));
  transport_.add(answer(200, "hello", object_headers()));
  client_->get_object(wanted("k"));
  EXPECT_EQ(header(1, "x-amz-date"), "20130525T000000Z");
}

TEST_F(GetManyTest, AnObjectWithoutAKeyIsRefusedUnsent) {
  Wanted source({wanted("")});
  client_->get_objects(source, 1);
  EXPECT_EQ(source.failures.at("")->error.kind(), ErrorKind::invalid_argument);
  EXPECT_TRUE(transport_.sent.empty());
}

TEST_F(GetManyTest, EveryPlaceInTheLimitIsGivenBackHoweverItEnds) {
  // Far more of each than there are places: one that is kept would soon stop everything.
  for (int i = 0; i < 100; ++i) {
    failure_of(s3_error(500, "InternalError"));
    failure_of(broken());
    Wanted nothing({});
    client_->get_objects(nothing, 1);
    Wanted refused({wanted("")});
    client_->get_objects(refused, 1);
    transport_.add(answer(200, "hello", object_headers()));
    Wanted breaks({wanted("k")});
    breaks.throws = true;
    EXPECT_EQ(error_of([&] { client_->get_objects(breaks, 1); }).kind(), ErrorKind::internal);
  }
}

TEST_F(GetManyTest, AfterAStopNothingIsSent) {
  stop_.request_stop();
  Wanted source({wanted("k"), wanted("l")});
  client_->get_objects(source, 1);
  EXPECT_TRUE(source.bodies.empty());
  for (const auto& [key, failed] : source.failures) EXPECT_EQ(failed->error.kind(), ErrorKind::cancelled);
  EXPECT_TRUE(transport_.sent.empty());
}

/// Begins what it can, and lets go of it at the end: as an event loop that can't come round to its answers.
class LateTransport final : public http::Transport {
 public:
  http::Response send(const http::Request&, const http::BodySink& sink, const std::stop_token&) override {
    if (refuses) return s3_error(503, "SlowDown").answer;
    Step step = answer(200, "hello", object_headers());
    if (sink) sink(step.answer, std::exchange(step.answer.body, ""));
    return std::move(step.answer);
  }
  void send_many(http::ExchangeSource& source, std::size_t max_in_flight, const std::stop_token&) override {
    while (begin_round(source, max_in_flight)) {
    }
  }

  std::vector<std::size_t> rounds;  // of loops for more than one
  bool drops = false;
  bool refuses = false;

 private:
  bool begin_round(http::ExchangeSource& source, std::size_t max_in_flight) {
    std::vector<http::Exchange> begun;
    while (begun.size() < max_in_flight) {
      std::optional<http::Exchange> next = begun.empty() ? source.next(0) : source.try_next(begun.size());
      if (!next) break;
      begun.push_back(*std::move(next));
    }
    if (max_in_flight > 1) rounds.push_back(begun.size());
    if (drops) throw Error(ErrorKind::internal, "the loop broke");
    for (std::size_t slot = 0; slot < begun.size(); ++slot)
      source.ended(slot, send(begun[slot].request, begun[slot].sink, {}));
    return !begun.empty();
  }
};

class LateTransportTest : public testing::Test {
 protected:
  static std::vector<GetObjectRequest> many(int count) {
    std::vector<GetObjectRequest> requests;
    for (int i = 0; i < count; ++i) requests.push_back(wanted("k" + std::to_string(i)));
    return requests;
  }

  LateTransport transport_;
  base::SystemClock clock_;
  S3Client client_{{.endpoint = {.url = "http://store"}, .region = "us-east-1"},
                   std::make_shared<aws::StaticCredentials>(aws::Credentials{"AK", "SK", ""}),
                   transport_,
                   clock_,
                   base::make_null_logger(),
                   {}};
};

TEST_F(LateTransportTest, KeepsWithinTheLimitAndItGrows) {
  Wanted source(many(200));
  client_.get_objects(source, 1000);
  EXPECT_EQ(source.bodies.size(), 200u);
  EXPECT_EQ(transport_.rounds, (std::vector<std::size_t>{32, 64, 104, 0}));
}

TEST_F(LateTransportTest, RefusalsMakeTheLimitSmaller) {
  transport_.refuses = true;
  Wanted source(many(60));
  client_.get_objects(source, 1000);
  EXPECT_EQ(transport_.rounds, (std::vector<std::size_t>{32, 16, 8, 4, 0}));
}

TEST_F(LateTransportTest, AStreamedReadDoesNotWaitForThoseInFlight) {
  // In the program: this thread can't take its answers before the archive is free, and who holds the archive
  // is reading into it.
  Wanted source(many(32));
  std::string streamed;
  source.on_next = [&](std::size_t begun) {
    if (begun != 31) return;  // the last place is taken, and none is given back before this returns
    client_.read_object(wanted("large"), [&streamed](std::string_view bytes) { streamed = bytes; });
  };
  client_.get_objects(source, 1000);
  EXPECT_EQ(streamed, "hello");
  EXPECT_EQ(source.bodies.size(), 32u);
}

TEST_F(LateTransportTest, ALoopWithNothingInFlightWaitsForAPlace) {
  Wanted source(many(32));
  Wanted other({wanted("other")});
  std::atomic<bool> other_ended = false;
  std::jthread beside;
  source.on_next = [&](std::size_t begun) {
    if (begun != 31) return;  // all places are taken
    beside = std::jthread([&] {
      client_.get_objects(other, 1);
      other_ended = true;
    });
    const auto end = std::chrono::steady_clock::now() + milliseconds(100);
    while (!other_ended && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    EXPECT_FALSE(other_ended);
  };
  client_.get_objects(source, 1000);
  beside.join();
  EXPECT_EQ(other.bodies.size(), 1u);
}

TEST_F(LateTransportTest, ALoopThatBreaksGivesItsPlacesBack) {
  transport_.drops = true;
  for (int i = 0; i < 3; ++i) {
    Wanted source(many(100));
    EXPECT_THROW(client_.get_objects(source, 1000), Error);
    EXPECT_EQ(transport_.rounds.back(), 32u);
  }
}

}  // namespace
}  // namespace s3c::s3::test
