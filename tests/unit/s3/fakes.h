// A store's other end for tests: a Transport that plays back scripted answers and keeps the requests, and a
// client on it.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "http/transport.h"
#include "s3/s3_client.h"
#include "support/fake_clock.h"

namespace s3c::s3::test {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// One scripted exchange.
struct Step {
  http::Response answer = {};
  std::optional<base::Error> error = {};              ///< thrown instead of an answer
  std::optional<std::size_t> break_after_bytes = {};  ///< of the body; then a transient error
};

inline Step answer(int status, std::string body = "", const Fields& headers = {}) {
  Step step;
  step.answer.status = status;
  step.answer.body = std::move(body);
  bool has_length = false;
  for (const auto& [name, value] : headers) {
    step.answer.headers.add(name, value);
    has_length = has_length || name == "Content-Length";
  }
  if (!has_length) step.answer.headers.add("Content-Length", std::to_string(step.answer.body.size()));
  return step;
}

inline Step broken(base::ErrorKind kind = base::ErrorKind::transient, const std::string& code = "") {
  return {.error = base::Error(kind, "connection broke", {.code = code})};
}

inline Step s3_error(int status, const std::string& code, const Fields& headers = {}) {
  return answer(status,
                "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><RequestId>R1</RequestId></Error>",
                headers);
}

/// What a GET or HEAD of an object answers.
inline Fields object_headers(const std::string& etag = "\"e1\"") {
  return {{"ETag", etag}, {"Last-Modified", "Sun, 01 Apr 2018 12:00:00 GMT"}};
}

/// A request as it was sent; the body is copied.
struct Sent {
  http::Request request;
  std::string body;
  std::string header(std::string_view name) const {
    return std::string(request.headers.find(name).value_or("(none)"));
  }
};

/// send_many() of a transport whose send() plays a script: one exchange after the other.
inline void send_one_by_one(http::Transport& transport, http::ExchangeSource& source,
                            const std::stop_token& stop) {
  while (std::optional<http::Exchange> exchange = source.next(0)) {
    http::Outcome outcome;
    try {
      outcome = transport.send(exchange->request, exchange->sink, stop);
    } catch (...) {
      outcome = std::current_exception();
    }
    source.ended(0, std::move(outcome));
  }
}

class ScriptedTransport final : public http::Transport {
 public:
  void add(Step step) { steps_.push_back(std::move(step)); }

  void send_many(http::ExchangeSource& source, std::size_t, const std::stop_token& stop) override {
    send_one_by_one(*this, source, stop);
  }

  http::Response send(const http::Request& request, const http::BodySink& sink,
                      const std::stop_token& stop) override {
    if (stop.stop_requested()) throw base::Error(base::ErrorKind::cancelled, "stopped");
    sent.push_back({request, std::string(request.body)});
    sent.back().request.body = {};
    if (meanwhile) std::exchange(meanwhile, {})();
    if (steps_.empty())
      throw base::Error(base::ErrorKind::internal,
                        "the script is over: " + request.method + " " + request.url);
    Step step = std::move(steps_.front());
    steps_.pop_front();
    if (step.error) throw *step.error;
    const bool streamed = step.answer.status >= 200 && step.answer.status < 300 && sink;
    if (!streamed && !step.break_after_bytes) return std::move(step.answer);
    const std::string body =
        std::exchange(step.answer.body, "").substr(0, step.break_after_bytes.value_or(std::string::npos));
    // In two pieces, as a network would.
    const std::size_t half = body.size() / 2;
    for (const std::string& piece : {body.substr(0, half), body.substr(half)}) {
      if (!piece.empty()) sink(step.answer, piece);
    }
    if (step.break_after_bytes) throw base::Error(base::ErrorKind::transient, "connection broke");
    return std::move(step.answer);
  }

  bool played_to_the_end() const { return steps_.empty(); }

  /// Called once, while the next request is under way.
  std::function<void()> meanwhile;
  std::vector<Sent> sent;

 private:
  std::deque<Step> steps_;
};

/// A client with everything it needs, at http://store unless told otherwise.
class S3ClientTest : public testing::Test {
 protected:
  void start(S3ClientConfig config) {
    client_ = std::make_unique<S3Client>(
        std::move(config), std::make_shared<aws::StaticCredentials>(aws::Credentials{"AK", "SK", ""}),
        transport_, clock_, base::make_null_logger(), stop_.get_token());
  }
  void SetUp() override {
    start({.endpoint = {.url = "http://store"}, .region = "us-east-1", .retry = {.max_attempts = 4}});
  }
  void TearDown() override { EXPECT_TRUE(transport_.played_to_the_end()) << "answers were left over"; }

  /// The error that call must throw.
  static base::Error error_of(const std::function<void()>& call) {
    try {
      call();
    } catch (const base::Error& error) {
      return error;
    }
    ADD_FAILURE() << "nothing was thrown";
    return {base::ErrorKind::internal, "nothing was thrown"};
  }

  const http::Request& request(std::size_t i) const { return transport_.sent.at(i).request; }
  std::string header(std::size_t i, std::string_view name) const {
    return transport_.sent.at(i).header(name);
  }

  std::stop_source stop_;
  ScriptedTransport transport_;
  support::FakeClock clock_{*base::parse_amz_date("20130524T000000Z")};
  std::unique_ptr<S3Client> client_;
};

}  // namespace s3c::s3::test
