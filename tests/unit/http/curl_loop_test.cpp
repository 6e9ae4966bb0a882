// Many exchanges on one thread: CurlTransport::send_many() against real sockets on loopback.
#include "http/curl_loop.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>

#include "base/error.h"
#include "http/curl_transport.h"
#include "tests/unit/http/raw_server.h"

namespace s3c::http {
namespace {

using base::Error;
using base::ErrorKind;
using test::ok;
using test::RawServer;

/// GETs of a list of paths, and how each ended.
class Gets final : public ExchangeSource {
 public:
  Gets(const RawServer& server, std::vector<std::string> paths) : server_(server), paths_(std::move(paths)) {}

  std::optional<Exchange> next(std::size_t slot) override {
    if (before_next) before_next();
    std::optional<Exchange> exchange = begin(slot);
    EXPECT_EQ(in_slot_.size(), exchange ? 1u : 0u) << "a source may wait only while nothing is in flight";
    return exchange;
  }
  std::optional<Exchange> try_next(std::size_t slot) override {
    EXPECT_FALSE(in_slot_.empty()) << "while nothing is in flight, a source may wait";
    if (before_next) before_next();
    return withheld ? std::nullopt : begin(slot);
  }
  void ended(std::size_t slot, Outcome outcome) override {
    const std::string path = in_slot_.extract(slot).mapped();
    if (on_end) on_end(path);
    if (auto* response = std::get_if<Response>(&outcome)) {
      bodies[path] = std::to_string(response->status) + " " + response->body;
      return;
    }
    try {
      std::rethrow_exception(std::get<std::exception_ptr>(outcome));
    } catch (const Error& error) {
      errors[path] = error.kind();
    } catch (const std::exception& other) {
      others[path] = other.what();
    }
  }

  std::function<void()> before_next;  ///< and before try_next()
  std::function<void(Exchange&)> alter;
  std::function<void(const std::string& path)> on_end;
  bool withheld = false;  ///< try_next() has nothing
  std::size_t most_in_flight = 0;
  std::map<std::string, std::string> bodies;  ///< by path; "200 text"
  std::map<std::string, ErrorKind> errors;
  std::map<std::string, std::string> others;

 private:
  std::optional<Exchange> begin(std::size_t slot) {
    if (begun_ == paths_.size()) return std::nullopt;
    EXPECT_TRUE(in_slot_.emplace(slot, paths_[begun_]).second) << "the slot is taken";
    most_in_flight = std::max(most_in_flight, in_slot_.size());
    Exchange exchange;
    exchange.request.method = "GET";
    exchange.request.url = server_.url(paths_[begun_++]);
    if (alter) alter(exchange);
    return exchange;
  }

  const RawServer& server_;
  const std::vector<std::string> paths_;
  std::size_t begun_ = 0;
  std::map<std::size_t, std::string> in_slot_;
};

class CurlLoopTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { test::ignore_proxies(); }

  CurlGlobal global_;
  CurlTransport transport_{global_, {.connect_timeout = std::chrono::milliseconds(2000)}};
};

TEST_F(CurlLoopTest, OneConnectionServesOneExchangeAfterTheOther) {
  RawServer server({{{ok("one"), ok("two"), ok("three")}}});
  Gets gets(server, {"/1", "/2", "/3"});
  transport_.send_many(gets, 1, {});
  EXPECT_EQ(gets.bodies,
            (std::map<std::string, std::string>{{"/1", "200 one"}, {"/2", "200 two"}, {"/3", "200 three"}}));
  EXPECT_EQ(server.accepted(), 1);
  EXPECT_EQ(gets.most_in_flight, 1u);
}

TEST_F(CurlLoopTest, ASlowExchangeHoldsUpNoOther) {
  // Whoever is first gets no answer before the second connection has served all the others.
  RawServer server({{{}, true}, {{ok("b"), ok("c"), ok("d")}, true}});
  std::stop_source stop;
  Gets gets(server, {"/a", "/b", "/c", "/d"});
  int ended = 0;
  gets.on_end = [&](const std::string&) {
    if (++ended == 3) stop.request_stop();
  };
  transport_.send_many(gets, 2, stop.get_token());
  EXPECT_EQ(gets.bodies.size(), 3u);
  ASSERT_EQ(gets.errors.size(), 1u);
  EXPECT_EQ(gets.errors.begin()->second, ErrorKind::cancelled);
  EXPECT_EQ(gets.most_in_flight, 2u);
}

TEST_F(CurlLoopTest, EachExchangeEndsAsSendWouldEndIt) {
  RawServer server({{{"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone"}},
                    {{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"}},
                    {{"HTTP/1.1 200 OK\r\nContent-"}},
                    {{ok("for the sink")}},
                    {{ok("refused")}},
                    {{ok("last")}}});
  Gets gets(server, {"/missing", "/short", "/head", "/sink", "/refused", "/header", "/last"});
  std::string sunk;
  gets.alter = [&](Exchange& exchange) {
    const std::string& url = exchange.request.url;
    if (url.ends_with("/sink"))
      exchange.sink = [&sunk](const Response& head, std::string_view bytes) {
        EXPECT_EQ(head.headers.find("ETag"), "\"e\"");
        sunk += bytes;
      };
    if (url.ends_with("/refused"))
      exchange.sink = [](const Response&, std::string_view) { throw std::runtime_error("not this one"); };
    if (url.ends_with("/header")) exchange.request.headers.add("x", "line\r\nbreak");
  };
  transport_.send_many(gets, 1, {});
  EXPECT_EQ(gets.bodies, (std::map<std::string, std::string>{
                             {"/missing", "404 none"}, {"/sink", "200 "}, {"/last", "200 last"}}));
  EXPECT_EQ(gets.errors, (std::map<std::string, ErrorKind>{{"/short", ErrorKind::transient},
                                                           {"/head", ErrorKind::transient},
                                                           {"/header", ErrorKind::invalid_argument}}));
  EXPECT_EQ(gets.others, (std::map<std::string, std::string>{{"/refused", "not this one"}}));
  EXPECT_EQ(sunk, "for the sink");
}

TEST_F(CurlLoopTest, NobodyThereIsTransientForEach) {
  std::optional<RawServer> server;
  server.emplace(std::vector<test::Script>{});
  Gets gets(*server, {"/a", "/b"});
  gets.alter = [](Exchange& exchange) { exchange.request.url = "http://127.0.0.1:1/"; };
  transport_.send_many(gets, 2, {});
  EXPECT_EQ(gets.errors,
            (std::map<std::string, ErrorKind>{{"/a", ErrorKind::transient}, {"/b", ErrorKind::transient}}));
}

TEST_F(CurlLoopTest, AStopEndsAllInFlightAtOnceAndNothingIsBegunAfterIt) {
  RawServer server({{{}, true}, {{}, true}});
  std::stop_source stop;
  Gets gets(server, {"/a", "/b", "/never"});
  gets.before_next = [&stop] { EXPECT_FALSE(stop.stop_requested()); };
  std::thread stopper([&] {
    while (server.accepted() < 2) std::this_thread::yield();
    stop.request_stop();
  });
  const auto start = std::chrono::steady_clock::now();
  transport_.send_many(gets, 2, stop.get_token());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));  // it would hang for 60
  stopper.join();
  EXPECT_EQ(gets.errors,
            (std::map<std::string, ErrorKind>{{"/a", ErrorKind::cancelled}, {"/b", ErrorKind::cancelled}}));
  transport_.send_many(gets, 2, stop.get_token());
  EXPECT_EQ(gets.errors.size(), 2u);
}

TEST_F(CurlLoopTest, ASourceThatHadNothingIsAskedAgain) {
  RawServer server({{{}, true}, {{ok("later")}}});
  std::stop_source stop;
  Gets gets(server, {"/hangs", "/later"});
  gets.withheld = true;
  int asked = 0;
  gets.before_next = [&] {
    if (++asked == 50) gets.withheld = false;
  };
  gets.on_end = [&stop](const std::string&) { stop.request_stop(); };
  const auto start = std::chrono::steady_clock::now();
  transport_.send_many(gets, 2, stop.get_token());
  EXPECT_LT(std::chrono::steady_clock::now() - start,
            std::chrono::seconds(10));  // libcurl's own timer: 1 s each
  EXPECT_EQ(gets.bodies, (std::map<std::string, std::string>{{"/later", "200 later"}}));
}

TEST_F(CurlLoopTest, WhatTheSourceThrowsIsThrownOnAndTheTransportStaysGood) {
  RawServer server({{{ok("one")}, true}, {{}, true}, {{ok("after")}}});
  Gets gets(server, {"/a", "/b"});
  gets.on_end = [](const std::string&) { throw std::runtime_error("enough"); };
  EXPECT_THROW(transport_.send_many(gets, 2, {}), std::runtime_error);
  EXPECT_TRUE(gets.bodies.empty());
  EXPECT_EQ(transport_.send({.method = "GET", .url = server.url("/")}, {}, {}).body, "after");

  Gets begins(server, {"/a"});
  begins.before_next = [] { throw std::runtime_error("not even begun"); };
  EXPECT_THROW(transport_.send_many(begins, 2, {}), std::runtime_error);
}

TEST_F(CurlLoopTest, TakesHalfOfTheConnectionsAndLeavesOneToSendInAnyCase) {
  for (const std::size_t allowed : {1u, 2u, 8u}) {
    SCOPED_TRACE(allowed);
    const std::size_t most = std::max<std::size_t>(1, allowed / 2);
    std::vector<test::Script> hanging(most, test::Script{{}, true});
    RawServer slow(std::move(hanging));
    RawServer other({{{ok("between")}}});
    CurlTransport transport(global_, {.max_connections = allowed});
    std::stop_source stop;
    Gets gets(slow, std::vector<std::string>(100, "/"));
    std::thread beside([&] {
      while (slow.accepted() < static_cast<int>(most)) std::this_thread::yield();
      EXPECT_EQ(transport.send({.method = "GET", .url = other.url("/")}, {}, {}).body, "between");
      stop.request_stop();
    });
    transport.send_many(gets, 100, stop.get_token());
    beside.join();
    EXPECT_EQ(gets.most_in_flight, most);
  }
}

TEST_F(CurlLoopTest, ABodyThatStandsStillIsGivenUpBesideOthers) {
  CurlTransport impatient(global_, {.pace = {.window = std::chrono::milliseconds(100)}});
  RawServer server({{{"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nabc"}, true}, {{ok("whole")}}});
  Gets gets(server, {"/a", "/b"});
  impatient.send_many(gets, 2, {});
  EXPECT_EQ(gets.errors.size(), 1U);
  EXPECT_EQ(gets.bodies.size(), 1U);
  for (const auto& [path, kind] : gets.errors) EXPECT_EQ(kind, ErrorKind::transient) << path;
}

}  // namespace
}  // namespace s3c::http
