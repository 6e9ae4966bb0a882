// The limit in front of a store that serves so many requests a second and refuses the rest: time is counted
// here, not waited for, so the figures are the same in every run.
#include "s3/concurrency_limit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <queue>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "fakes.h"

namespace s3c::s3 {
namespace {

using Answer = ConcurrencyLimit::Answer;

/// Callers that ask as often as they may, a store 20 ms away with a token bucket of one second.
class Model {
 public:
  explicit Model(int callers) : waiting_(callers) {}

  struct Counts {
    double served_per_second = 0;
    double refused_share = 0;
  };
  /// Goes on for so long at so many requests a second.
  Counts run(double seconds, double per_second) {
    const double end = now_ + seconds;
    int served = 0;
    int refused = 0;
    start();
    while (!events_.empty() && events_.top().time < end) {
      const Event event = events_.top();
      events_.pop();
      tokens_ = std::min(per_second, tokens_ + (event.time - now_) * per_second);
      now_ = event.time;
      if (event.is_answer) {
        const bool taken = tokens_ >= 1;
        if (taken) --tokens_;
        ++(taken ? served : refused);
        places_.back().answered(taken ? Answer::taken : Answer::throttled);
        places_.pop_back();
        if (taken) {
          ++waiting_;
        } else {
          events_.push({now_ + 0.1 * random(), false});  // the back-off before its next try
        }
      } else {
        ++waiting_;
      }
      start();
    }
    now_ = end;
    return {served / seconds, static_cast<double>(refused) / (served + refused)};
  }

  ConcurrencyLimit limit;

 private:
  struct Event {
    double time;
    bool is_answer;
    bool operator<(const Event& other) const { return time > other.time; }
  };
  void start() {
    for (; waiting_ > 0; --waiting_) {
      std::optional<ConcurrencyLimit::Place> place = limit.try_acquire();
      if (!place) return;
      places_.push_back(*std::move(place));
      events_.push({now_ + 0.018 + 0.004 * random(), true});
    }
  }
  double random() { return std::uniform_real_distribution<>(0, 1)(random_); }

  int waiting_;
  double now_ = 0;
  double tokens_ = 0;
  std::priority_queue<Event> events_;
  std::vector<ConcurrencyLimit::Place> places_;  // of those in flight; which is whose makes no difference
  std::mt19937 random_{7};
};

TEST(ConcurrencyLimitTest, SettlesWithinFivePercentOfTheStoresLimitWithHardlyARefusal) {
  for (const double per_second : {500.0, 5500.0}) {
    Model model(256);
    model.run(5, per_second);
    const Model::Counts counts = model.run(60, per_second);
    EXPECT_GT(counts.served_per_second, 0.95 * per_second);
    EXPECT_LT(counts.refused_share, per_second > 1000 ? 0.01 : 0.02);
  }
}

TEST(ConcurrencyLimitTest, TheSearchCostsFewRefusalsToo) {
  Model model(256);
  EXPECT_LT(model.run(20, 5500).refused_share, 0.01);
}

TEST(ConcurrencyLimitTest, FallsWithTheStoresLimitAndGrowsBack) {
  Model model(256);
  model.run(10, 5500);
  model.run(5, 500);
  EXPECT_LT(model.limit.limit(), 20);
  EXPECT_LT(model.run(20, 500).refused_share, 0.03);
  model.run(40, 5500);
  EXPECT_GT(model.run(10, 5500).served_per_second, 0.95 * 5500);
}

TEST(ConcurrencyLimitTest, WithoutRefusalsItIsSoonNoLimitAtAll) {
  Model model(256);
  model.run(0.5, 1e9);
  EXPECT_GE(model.limit.limit(), 256);
  model.run(60, 1e9);
  EXPECT_LE(model.limit.limit(), 512) << "what nobody reaches doesn't grow";
}

std::vector<ConcurrencyLimit::Place> take_all(ConcurrencyLimit& limit) {
  std::vector<ConcurrencyLimit::Place> places;
  while (std::optional<ConcurrencyLimit::Place> place = limit.try_acquire())
    places.push_back(*std::move(place));
  return places;
}

TEST(ConcurrencyLimitTest, NeverFallsBelowOne) {
  ConcurrencyLimit limit;
  for (int i = 0; i < 1000; ++i) limit.acquire({}).answered(Answer::throttled);
  EXPECT_EQ(limit.limit(), 1);
  EXPECT_EQ(take_all(limit).size(), 1u);
}

TEST(ConcurrencyLimitTest, InAHurryNobodyWaits) {
  ConcurrencyLimit limit;
  const std::vector<ConcurrencyLimit::Place> places = take_all(limit);
  std::stop_source hurry;
  std::jthread waiter([&] { limit.acquire({}, hurry.get_token()).answered(Answer::taken); });
  while (limit.waiting() == 0) std::this_thread::yield();
  hurry.request_stop();
  waiter.join();
  limit.acquire({}, hurry.get_token()).answered(Answer::taken);
  EXPECT_EQ(limit.waiting(), 0);
}

TEST(ConcurrencyLimitTest, WhoWaitsGetsItsTurnOrIsStopped) {
  ConcurrencyLimit limit;
  std::vector<ConcurrencyLimit::Place> places = take_all(limit);
  EXPECT_EQ(places.size(), 32u);
  std::jthread waiter([&limit] { limit.acquire({}).answered(Answer::taken); });
  places.back().answered(Answer::taken);
  places.pop_back();
  waiter.join();

  places.push_back(limit.acquire({}));
  std::stop_source stop;
  bool stopped = false;
  std::jthread other([&] {
    try {
      limit.acquire(stop.get_token());
    } catch (const base::Error& error) {
      stopped = error.kind() == base::ErrorKind::cancelled;
    }
  });
  stop.request_stop();
  other.join();
  EXPECT_TRUE(stopped);
}

TEST(ConcurrencyLimitTest, APlaceThatWasNotUsedIsFreeAgainAndSaysNothing) {
  ConcurrencyLimit limit;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(take_all(limit).size(), 32u) << "no answers: nothing is learned";

  std::vector<ConcurrencyLimit::Place> places = take_all(limit);
  std::jthread waiter([&limit] { limit.acquire({}); });
  places.pop_back();
  waiter.join();
}

TEST(ConcurrencyLimitTest, WhoCantWaitTakesNoPlaceFromWhoDoes) {
  ConcurrencyLimit limit;
  std::vector<ConcurrencyLimit::Place> places = take_all(limit);
  for (int i = 0; i < 20; ++i) {
    std::optional<ConcurrencyLimit::Place> got;
    std::jthread waiter([&] { got.emplace(limit.acquire({})); });
    while (limit.waiting() == 0) std::this_thread::yield();
    places.pop_back();
    EXPECT_FALSE(limit.try_acquire());
    waiter.join();
    places.push_back(*std::move(got));
  }
}

TEST(ConcurrencyLimitTest, WhatMustNotWaitGoesBeyondIt) {
  ConcurrencyLimit limit;
  std::vector<ConcurrencyLimit::Place> places = take_all(limit);
  {
    const ConcurrencyLimit::Place beyond = limit.acquire_beyond();
    places.pop_back();
    EXPECT_FALSE(limit.try_acquire()) << "the one beyond is counted";
  }
  EXPECT_TRUE(limit.try_acquire());
}

/// Refuses a GET while it serves kMost others.
class BusyTransport final : public http::Transport {
 public:
  static constexpr int kMost = 8;

  http::Response send(const http::Request& request, const http::BodySink&, const std::stop_token&) override {
    if (request.method != "GET") return test::answer(200, "", test::object_headers()).answer;
    const bool busy = ++in_flight_ > kMost;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    --in_flight_;
    ++(busy ? refused : served);
    return busy ? test::s3_error(503, "SlowDown").answer
                : test::answer(200, "", test::object_headers()).answer;
  }

  void send_many(http::ExchangeSource&, std::size_t, const std::stop_token&) override { std::abort(); }

  std::atomic<int> served = 0;
  std::atomic<int> refused = 0;

 private:
  std::atomic<int> in_flight_ = 0;
};

TEST(ConcurrencyLimitTest, TheClientsGetsKeepWithinIt) {
  BusyTransport transport;
  base::SystemClock clock;
  S3Client client({.endpoint = {.url = "http://store"}, .region = "us-east-1"},
                  std::make_shared<aws::StaticCredentials>(aws::Credentials{"AK", "SK", ""}), transport,
                  clock, base::make_null_logger(), {});
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 64; ++i) {
      callers.emplace_back([&client] {
        for (int get = 0; get < 40; ++get) client.get_object({.bucket = "b", .key = "k"});
      });
    }
  }
  EXPECT_EQ(transport.served, 64 * 40);
  // Unbounded, 64 callers would be refused seven times for each time they are served.
  EXPECT_LT(transport.refused, transport.served / 2);
  // Other calls don't stand in that queue.
  EXPECT_TRUE(client.head_object("b", "k"));
}

}  // namespace
}  // namespace s3c::s3
