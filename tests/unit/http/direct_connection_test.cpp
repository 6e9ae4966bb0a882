// The exchanges that an event loop makes without libcurl's HTTP engine: CurlTransport::send_many() against real
// sockets, and against send(), which is libcurl's engine alone.
#include "http/direct_connection.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <stdexcept>

#include "base/error.h"
#include "http/curl_transport.h"
#include "tests/unit/http/raw_server.h"

namespace s3c::http {
namespace {

using base::Error;
using base::ErrorKind;
using test::ok;
using test::RawServer;
using test::Script;
using test::ServerTls;

/// How an exchange ended, as text: "200 Name: value|...|body", or "error kind".
std::string told(const Outcome& outcome) {
  if (const auto* answer = std::get_if<Response>(&outcome)) {
    std::string text = std::to_string(answer->status) + " ";
    for (const auto& [name, value] : answer->headers)
      text.append(name).append(": ").append(value).append("|");
    return text + answer->body;
  }
  try {
    std::rethrow_exception(std::get<std::exception_ptr>(outcome));
  } catch (const Error& error) {
    return "error " + std::to_string(static_cast<int>(error.kind()));
  }
}

std::string error(ErrorKind kind) {
  return "error " + std::to_string(static_cast<int>(kind));
}

/// One request after the other, and how each ended.
class Requests final : public ExchangeSource {
 public:
  explicit Requests(std::deque<Exchange> exchanges) : exchanges_(std::move(exchanges)) {}

  std::optional<Exchange> next(std::size_t) override {
    if (exchanges_.empty()) return std::nullopt;
    Exchange first = std::move(exchanges_.front());
    exchanges_.pop_front();
    return first;
  }
  std::optional<Exchange> try_next(std::size_t slot) override { return next(slot); }
  void ended(std::size_t, Outcome outcome) override { outcomes.push_back(told(outcome)); }

  std::vector<std::string> outcomes;

 private:
  std::deque<Exchange> exchanges_;
};

class DirectConnectionTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { test::ignore_proxies(); }

  static Request get(const RawServer& server, const std::string& path) {
    return {.method = "GET", .url = server.url(path)};
  }
  /// Makes count GETs, one after the other, and returns how they ended.
  static std::vector<std::string> gets(CurlTransport& transport, const RawServer& server, int count) {
    std::deque<Exchange> exchanges;
    for (int i = 0; i < count; ++i) exchanges.push_back({get(server, "/" + std::to_string(i)), {}});
    Requests requests(std::move(exchanges));
    transport.send_many(requests, 1, {});
    return requests.outcomes;
  }
  std::vector<std::string> gets(const RawServer& server, int count) {
    return gets(transport_, server, count);
  }
  void expect_counts(std::uint64_t answered, std::uint64_t refused) {
    EXPECT_EQ(transport_.direct_counts().answered, answered);
    EXPECT_EQ(transport_.direct_counts().refused, refused);
  }

  CurlGlobal global_;
  // A request too many, which no script answers, fails its test soon.
  CurlTransport transport_{global_,
                           {.connect_timeout = std::chrono::milliseconds(2000),
                            .pace = {.longest_silence = std::chrono::milliseconds(10'000)}}};
};

std::string told_ok(const std::string& body) {
  return "200 Content-Length: " + std::to_string(body.size()) + "|ETag: \"e\"|" + body;
}

TEST_F(DirectConnectionTest, OneConnectionAnswersManyWithoutLibcurl) {
  RawServer server({{{ok("one"), ok(""), "HTTP/1.1 404 N\r\nContent-Length: 4\r\n\r\nnone", ok("four")}}});
  EXPECT_EQ(gets(server, 4), (std::vector<std::string>{told_ok("one"), told_ok(""),
                                                       "404 Content-Length: 4|none", told_ok("four")}));
  EXPECT_EQ(server.accepted(), 1);
  expect_counts(4, 0);
}

TEST_F(DirectConnectionTest, TheServerSeesTheBytesThatLibcurlWouldSend) {
  RawServer server({{{ok("")}}, {{ok("")}}});
  Request request = get(server, "/b/../x/./y//z%2F?a=%2B&b=");
  request.headers.add("x-amz-date", "20180401T000000Z");
  request.headers.add("X-Empty", "");
  request.headers.add("Authorization", "AWS4-HMAC-SHA256 Credential=a/b, Signature=c");
  transport_.send(request, {}, {});
  Requests one({{request, {}}});
  transport_.send_many(one, 1, {});
  const std::vector<std::string> seen = server.requests();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0], seen[1]);
  expect_counts(1, 0);
}

TEST_F(DirectConnectionTest, AnAnswerMayDrip) {
  RawServer server({Script{.answers = {ok("drop by drop"), ok("again")}, .drips = true}});
  EXPECT_EQ(gets(server, 2), (std::vector<std::string>{told_ok("drop by drop"), told_ok("again")}));
  expect_counts(2, 0);
}

TEST_F(DirectConnectionTest, AnAnswerOfAnotherFormIsAskedForOnceMoreWithLibcurl) {
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  RawServer server({{{ok("one"), chunked}, true}, {{chunked}, true}});
  EXPECT_EQ(gets(server, 2),
            (std::vector<std::string>{told_ok("one"), "200 Transfer-Encoding: chunked|abc"}));
  EXPECT_EQ(server.requests().size(), 3U);
  expect_counts(1, 1);
}

TEST_F(DirectConnectionTest, NoByteOfARefusedAnswerReachesTheSink) {
  const std::string twice = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc";
  RawServer server({{{twice}}, {{twice}}});
  std::string sunk;
  Requests one({{get(server, "/"), [&](const Response&, std::string_view bytes) { sunk += bytes; }}});
  transport_.send_many(one, 1, {});
  EXPECT_EQ(sunk, "abc");
  expect_counts(0, 1);
}

TEST_F(DirectConnectionTest, AServerThatHasAFormOfItsOwnIsLeftToLibcurl) {
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  RawServer server(std::vector<Script>(100, Script{std::vector<std::string>(100, chunked)}));
  EXPECT_EQ(gets(server, 60).size(), 60U);
  const auto refused = transport_.direct_counts().refused;
  EXPECT_LE(refused, 10U);
  EXPECT_EQ(server.requests().size(), 60 + refused);
}

TEST_F(DirectConnectionTest, AKeptConnectionThatDiesUnderARequestCostsNoAnswer) {
  RawServer server({{{ok("one"), ""}}, {{ok("two"), ok("three")}, true}, {{ok("three")}}});
  EXPECT_EQ(gets(server, 3), (std::vector<std::string>{told_ok("one"), told_ok("two"), told_ok("three")}));
  const std::vector<std::string> requests = server.requests();
  ASSERT_EQ(requests.size(), 4U);
  EXPECT_EQ(requests[1], requests[2]) << "sent again, once";
  expect_counts(2, 0);
}

TEST_F(DirectConnectionTest, ANewConnectionThatDiesIsTheOutcome) {
  RawServer server(
      {{{""}}, {{"HTTP/1.1 200 OK\r\nContent-"}}, {{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"}}});
  EXPECT_EQ(gets(server, 3), std::vector<std::string>(3, error(ErrorKind::transient)));
  EXPECT_EQ(server.requests().size(), 3U) << "each was sent once";
}

TEST_F(DirectConnectionTest, AServerMayCloseAfterEachAnswer) {
  const std::string last = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx";
  RawServer server({{{last}, true}, {{last}, true}});
  EXPECT_EQ(gets(server, 2), std::vector<std::string>(2, "200 Connection: close|Content-Length: 1|x"));
  expect_counts(2, 0);
}

TEST_F(DirectConnectionTest, WhatFollowsAnAnswerIsNoOtherAnswer) {
  RawServer server({{{ok("one") + ok("smuggled")}, true}, {{ok("two")}}});
  EXPECT_EQ(gets(server, 2), (std::vector<std::string>{told_ok("one"), told_ok("two")}));
  EXPECT_EQ(server.accepted(), 2);
  expect_counts(2, 0);
}

TEST_F(DirectConnectionTest, WhatComesWhileAConnectionIsUnusedIsNoAnswer) {
  // The first two answers end together; the connection that the surplus came on isn't used for the third.
  RawServer server({{{ok("one"), ok("two") + "HTTP/1.1 200 OK\r\n"}, true}, {{ok("three")}}});
  EXPECT_EQ(gets(server, 3), (std::vector<std::string>{told_ok("one"), told_ok("two"), told_ok("three")}));
  expect_counts(3, 0);
}

TEST_F(DirectConnectionTest, OverTlsTheServerIsVerified) {
  ServerTls tls;
  RawServer server({{{ok("one"), ok(std::string(200'000, 'x'))}, true}}, &tls);
  CurlTransport trusting(global_, {.ca_bundle = tls.bundle()});
  EXPECT_EQ(gets(trusting, server, 2),
            (std::vector<std::string>{told_ok("one"), told_ok(std::string(200'000, 'x'))}));
  EXPECT_EQ(trusting.direct_counts().answered, 2U);

  ServerTls other;
  RawServer stranger({{{ok("one")}}}, &other);
  EXPECT_EQ(gets(trusting, stranger, 1), std::vector<std::string>{error(ErrorKind::invalid_argument)});
  EXPECT_TRUE(stranger.requests().empty());
}

/// What OpenSSL has decrypted of a record is in no socket: no event would tell of the rest.
TEST_F(DirectConnectionTest, ATlsRecordIsReadWhole) {
  ServerTls tls;
  for (const std::size_t size : {1'000U, 15'000U, 16'000U, 16'384U, 40'000U}) {
    const std::string body(size, 'x');
    RawServer server({Script{.answers = {ok(body)}, .then_hang = true, .parts = true}}, &tls);
    CurlTransport trusting(
        global_, {.ca_bundle = tls.bundle(), .pace = {.longest_silence = std::chrono::milliseconds(2000)}});
    EXPECT_EQ(gets(trusting, server, 1), std::vector<std::string>{told_ok(body)}) << size;
  }
}

TEST_F(DirectConnectionTest, HttpsGoesThroughAProxysTunnel) {
  ServerTls tls;
  RawServer proxy({Script{.answers = {ok("one"), ok("two")}, .tunnels = true}}, &tls);
  CurlTransport trusting(global_, {.ca_bundle = tls.bundle()});
  ::setenv("https_proxy", proxy.proxy_url().c_str(), 1);
  const std::vector<std::string> outcomes = gets(trusting, proxy, 2);
  ::unsetenv("https_proxy");
  EXPECT_EQ(outcomes, (std::vector<std::string>{told_ok("one"), told_ok("two")}));
  EXPECT_EQ(trusting.direct_counts().answered, 2U);
  const std::vector<std::string> requests = proxy.requests();
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_TRUE(requests[0].starts_with("CONNECT 127.0.0.1:")) << requests[0];
  EXPECT_TRUE(requests[1].starts_with("GET /0 HTTP/1.1\r\n")) << requests[1];
}

TEST_F(DirectConnectionTest, AProxyForPlainHttpIsLibcurlsBusiness) {
  RawServer proxy({{{ok("one")}}});
  ::setenv("http_proxy", proxy.proxy_url().c_str(), 1);
  Requests one(std::deque<Exchange>{{{.method = "GET", .url = "http://b.example/k"}, {}}});
  transport_.send_many(one, 1, {});
  ::unsetenv("http_proxy");
  EXPECT_EQ(one.outcomes, std::vector<std::string>{told_ok("one")});
  EXPECT_TRUE(proxy.requests().at(0).starts_with("GET http://b.example/k HTTP/1.1\r\n"))
      << proxy.requests().at(0);
  expect_counts(0, 0);
}

TEST_F(DirectConnectionTest, SilenceHasABound) {
  CurlTransport impatient(global_, {.pace = {.longest_silence = std::chrono::milliseconds(100)}});
  RawServer server({{{ok("one")}, true}});
  EXPECT_EQ(gets(impatient, server, 2),
            (std::vector<std::string>{told_ok("one"), error(ErrorKind::transient)}));
}

TEST_F(DirectConnectionTest, InAHurryTheStoreIsGivenUpOnce) {
  std::stop_source hurry;
  CurlTransport transport(
      global_, {.pace = {.hurry = hurry.get_token(), .hurried_window = std::chrono::milliseconds(100)}});
  RawServer server({{{"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nabc"}, true}});
  hurry.request_stop();
  EXPECT_EQ(gets(transport, server, 2), std::vector<std::string>(2, error(ErrorKind::cancelled)));
  EXPECT_EQ(server.requests().size(), 1U) << "nobody asks again";
}

TEST_F(DirectConnectionTest, MoreOriginsThanConnections) {
  RawServer first({{{ok("a"), ok("c")}, true}, {{ok("c")}}});
  RawServer second({{{ok("b"), ok("d")}, true}, {{ok("d")}}});
  std::deque<Exchange> exchanges;
  for (const RawServer* server : {&first, &second, &first, &second})
    exchanges.push_back({get(*server, "/"), {}});
  Requests requests(std::move(exchanges));
  transport_.send_many(requests, 1, {});
  EXPECT_EQ(requests.outcomes,
            (std::vector<std::string>{told_ok("a"), told_ok("b"), told_ok("c"), told_ok("d")}));
  EXPECT_EQ(first.accepted() + second.accepted(), 4) << "one connection at a time";
  expect_counts(4, 0);
}

// --- The same bytes, read by both

/// How both ways to make the exchange end, when each connection gets this answer and is closed.
void expect_same(CurlTransport& transport, const std::string& answer) {
  SCOPED_TRACE(testing::PrintToString(answer.substr(0, 300)));
  for (const bool has_sink : {false, true}) {
    RawServer server(std::vector<Script>(3, Script{{answer}}));
    const Request request{.method = "GET", .url = server.url("/")};
    std::string sunk[2];
    const auto sink = [&](std::string& into) {
      return has_sink ? BodySink([&into](const Response&, std::string_view bytes) { into += bytes; })
                      : BodySink();
    };
    Outcome by_libcurl;
    try {
      by_libcurl = transport.send(request, sink(sunk[0]), {});
    } catch (...) {
      by_libcurl = std::current_exception();
    }
    Requests one({{request, sink(sunk[1])}});
    transport.send_many(one, 1, {});
    ASSERT_EQ(one.outcomes.size(), 1U);
    EXPECT_EQ(one.outcomes.front(), told(by_libcurl));
    EXPECT_EQ(sunk[0], sunk[1]);
  }
}

TEST_F(DirectConnectionTest, BothReadersGiveTheSame) {
  using namespace std::string_literals;
  const std::string good = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: \"e\"\r\n\r\nhello";
  std::vector<std::string> answers{
      good,
      good + "surplus",
      ""s,
      "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\n\r\nhello",
      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nX: a\r\n Content-Length: 9\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nContent-Length:\r\n 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nContent-Length: 05\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551621\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nContent-Length: 999999999999999999\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\n\r\nuntil it closes",
      "HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/2 200\r\ncontent-length: 5\r\n\r\nhello",
      "HTTP/1.1 100 Continue\r\n\r\n" + good,
      "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + good,
      "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-4/9\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 301 M\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
      "HTTP/1.1 401 U\r\nWWW-Authenticate: Basic\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 407 P\r\nProxy-Authenticate: Basic\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 408 T\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 416 R\r\nContent-Range: bytes */9\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 417 E\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 421 M\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 503 Slow Down\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 503 Slow Down\r\nContent-Length: 9\r\n\r\nhello",
      "HTTP/1.1 500 Long\r\nContent-Length: 3000000\r\n\r\n" + std::string(3'000'000, 'x'),
      "HTTP/1.1 200 Long\r\nContent-Length: 9000000\r\n\r\n" + std::string(9'000'000, 'x'),
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nConnection: close\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nETag: a\r\nETag: b\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nA: b\0c\r\nContent-Length: 5\r\n\r\nhello"s,
      "HTTP/1.1 200 OK\r\nA\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nA: " + std::string(20'000, 'x') + "\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nA: " + std::string(400'000, 'x') + "\r\nContent-Length: 5\r\n\r\nhello",
      "SSH-2.0-OpenSSH_9.2\r\n",
      "<html>hello</html>"};
  for (std::size_t size = 1; size < good.size(); size += 7) answers.push_back(good.substr(0, size));
  for (const std::string& answer : answers) {
    CurlTransport transport(global_, {});  // one that no refusal has made wary
    expect_same(transport, answer);
  }
}

TEST_F(DirectConnectionTest, BothReadersGiveTheSameForDamagedAnswers) {
  const std::string good =
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: \"e\"\r\nConnection: keep-alive\r\nx-a: b\r\n\r\nhello";
  const std::string_view bytes = "\r\n\t :,;0159\"AaZ\x7f\xc3/";
  std::mt19937 dice(1);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same answers in each run
  std::uint64_t answered = 0;
  for (int i = 0; i < 400; ++i) {
    std::string answer = good;
    for (int changes = 1 + static_cast<int>(dice() % 2); changes > 0; --changes) {
      const std::size_t at = dice() % answer.size();
      const char byte = bytes[dice() % bytes.size()];
      if (dice() % 3 == 0) {
        answer[at] = byte;
      } else if (dice() % 2 == 0) {
        answer.insert(at, 1, byte);
      } else {
        answer.erase(at, 1);
      }
    }
    CurlTransport transport(global_, {});
    expect_same(transport, answer);
    answered += transport.direct_counts().answered;
  }
  EXPECT_GT(answered, 100U) << "many of them are still read without libcurl";
}

}  // namespace
}  // namespace s3c::http
