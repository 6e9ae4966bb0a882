// CurlTransport against a server of the test's own: a socket on loopback that plays back raw bytes.
#include "http/curl_transport.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "base/error.h"
#include "tests/unit/http/raw_server.h"

namespace s3c::http {
namespace {

using base::Error;
using base::ErrorKind;
using test::ok;
using test::RawServer;
using test::Script;

class CurlTransportTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { test::ignore_proxies(); }

  Response get(RawServer& server, const std::string& path, const BodySink& sink = {}) {
    return transport_.send({.method = "GET", .url = server.url(path)}, sink, {});
  }
  static ErrorKind kind_of(const std::function<void()>& call, std::string* code = nullptr) {
    try {
      call();
    } catch (const Error& error) {
      if (code != nullptr) *code = error.context().code;
      return error.kind();
    }
    ADD_FAILURE() << "nothing was thrown";
    return ErrorKind::internal;
  }

  CurlGlobal global_;
  CurlTransport transport_{global_, {.connect_timeout = std::chrono::milliseconds(2000)}};
};

TEST_F(CurlTransportTest, OneConnectionServesManyRequests) {
  RawServer server({{{ok("one"), ok("two"), ok("three")}}});
  EXPECT_EQ(get(server, "/a").body, "one");
  EXPECT_EQ(get(server, "/b").body, "two");
  const Response response = get(server, "/c");
  EXPECT_EQ(response.body, "three");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.find("etag"), "\"e\"");
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(CurlTransportTest, ThePathGoesAsItIs) {
  RawServer server({{{ok("")}}});
  get(server, "/b/../x/./y//z%2F?a=%2B&b=");
  EXPECT_TRUE(server.requests().at(0).starts_with("GET /b/../x/./y//z%2F?a=%2B&b= HTTP/1.1\r\n"))
      << server.requests().at(0);
}

TEST_F(CurlTransportTest, HeadersAndBodyAreSentWithoutExpect) {
  RawServer server({{{ok(""), ok(""), ok("")}}});
  const std::string body(100'000, 'x');
  Request request{.method = "PUT", .url = server.url("/k"), .body = body};
  request.headers.add("X-One", "1");
  request.headers.add("X-Empty", "");
  transport_.send(request, {}, {});
  transport_.send({.method = "POST", .url = server.url("/k?uploads=")}, {}, {});
  transport_.send({.method = "DELETE", .url = server.url("/k")}, {}, {});
  const std::vector<std::string> requests = server.requests();
  const std::string& put = requests.at(0);
  EXPECT_TRUE(put.starts_with("PUT /k HTTP/1.1\r\n"));
  EXPECT_NE(put.find("\r\nX-One: 1\r\n"), std::string::npos);
  EXPECT_NE(put.find("\r\nX-Empty:\r\n"), std::string::npos);
  EXPECT_NE(put.find("\r\nContent-Length: 100000\r\n"), std::string::npos);
  EXPECT_EQ(put.find("Expect"), std::string::npos);
  EXPECT_TRUE(put.ends_with("\r\n\r\n" + body));
  EXPECT_TRUE(server.requests().at(1).starts_with("POST /k?uploads= HTTP/1.1\r\n"));
  EXPECT_NE(server.requests().at(1).find("\r\nContent-Length: 0\r\n"), std::string::npos);
  EXPECT_TRUE(server.requests().at(2).starts_with("DELETE /k HTTP/1.1\r\n"));
  EXPECT_EQ(server.requests().at(2).find("Content-Length"), std::string::npos);
}

TEST_F(CurlTransportTest, AnswersWithoutABody) {
  const std::string bare = "HTTP/1.1 204 No Content\r\n\r\n";
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n";
  const std::string not_modified = "HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\n\r\n";
  RawServer server({{{bare, head, not_modified, ok("x")}}});
  EXPECT_EQ(transport_.send({.method = "DELETE", .url = server.url("/")}, {}, {}).status, 204);
  const Response response = transport_.send({.method = "HEAD", .url = server.url("/")}, {}, {});
  EXPECT_EQ(response.headers.find("Content-Length"), "5000");
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(get(server, "/").status, 304);
  EXPECT_EQ(get(server, "/").body, "x") << "the same handle GETs again after a HEAD";
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(CurlTransportTest, OnlyTheBodyOfASuccessGoesToTheSink) {
  const std::string missing = "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnope";
  RawServer server({{{ok("hello"), missing}}});
  std::string seen;
  int status = 0;
  const BodySink sink = [&](const Response& head, std::string_view bytes) {
    status = head.status;
    EXPECT_EQ(head.headers.find("ETag"), "\"e\"");
    seen += bytes;
  };
  EXPECT_EQ(get(server, "/", sink).body, "");
  EXPECT_EQ(seen, "hello");
  EXPECT_EQ(status, 200);
  EXPECT_EQ(get(server, "/", sink).body, "nope");
  EXPECT_EQ(seen, "hello");
}

TEST_F(CurlTransportTest, ASinksExceptionComesThrough) {
  RawServer server({{{ok("hello")}}, {{ok("again")}}});
  struct Mine {};
  EXPECT_THROW(get(server, "/", [](const Response&, std::string_view) { throw Mine{}; }), Mine);
  EXPECT_EQ(get(server, "/").body, "again");
}

TEST_F(CurlTransportTest, AHundredContinueIsNotTheAnswer) {
  RawServer server({{{"HTTP/1.1 100 Continue\r\nX-Old: 1\r\n\r\n" + ok("x")}}});
  const Response response = get(server, "/");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.find("X-Old"), std::nullopt);
}

TEST_F(CurlTransportTest, BrokenAnswersAreTransient) {
  const std::vector<std::string> broken = {
      "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
      "",
      "HTTP/1.1 200 OK\r\nConte",
      "SSH-2.0-OpenSSH_9.2\r\n",
  };
  for (const std::string& answer : broken) {
    RawServer server({{{answer}}});
    EXPECT_EQ(kind_of([&] { get(server, "/"); }), ErrorKind::transient) << answer;
  }
}

TEST_F(CurlTransportTest, ABodyThatIsKeptHasABound) {
  const std::string head = "HTTP/1.1 200 OK\r\nConnection: close\r\n";
  const std::string body((8 << 20) + 1, 'x');
  const std::string_view longest = std::string_view(body).substr(1);
  RawServer server({{{head + "\r\n" + body}}, {{head + "\r\n" + std::string(longest)}}});
  EXPECT_EQ(kind_of([&] { get(server, "/"); }), ErrorKind::corrupt);
  EXPECT_EQ(get(server, "/").body.size(), longest.size());
}

TEST_F(CurlTransportTest, ALongErrorBodyIsCut) {
  const std::string body(3 << 20, 'x');
  RawServer server(
      {{{"HTTP/1.1 500 Oops\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body}}});
  EXPECT_EQ(get(server, "/").body.size(), 1u << 20);
}

TEST_F(CurlTransportTest, AnErrorBodyThatNeverEndsIsNotReadToItsEnd) {
  std::string body;
  for (int i = 0; i < 300; ++i) body += "1000\r\n" + std::string(4096, 'x') + "\r\n";
  RawServer server(
      {{{"HTTP/1.1 503 Oops\r\nTransfer-Encoding: chunked\r\n\r\n" + body}, true}, {{ok("next")}}});
  const Response response = get(server, "/");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body.size(), 1u << 20);
  EXPECT_EQ(get(server, "/").body, "next") << "on a connection of its own";
}

TEST_F(CurlTransportTest, AnErrorThatDripsIsGivenUp) {
  CurlTransport impatient(global_, {.pace = {.longest_error_answer = std::chrono::milliseconds(50)}});
  RawServer server({{{"HTTP/1.1 500 X\r\nContent-Length: 100\r\n\r\nx"}, true}});
  EXPECT_EQ(kind_of([&] { impatient.send({.method = "GET", .url = server.url("/")}, {}, {}); }),
            ErrorKind::transient);
}

TEST_F(CurlTransportTest, RedirectsAreNotFollowed) {
  RawServer server({{{"HTTP/1.1 307 T\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"}}});
  EXPECT_EQ(get(server, "/").status, 307);
}

TEST_F(CurlTransportTest, WhatCannotBeAUrlIsAnArgument) {
  EXPECT_EQ(kind_of([&] { transport_.send({.method = "GET", .url = "gopher://x/"}, {}, {}); }),
            ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of([&] { transport_.send({.method = "GET", .url = "http://"}, {}, {}); }),
            ErrorKind::invalid_argument);
  Request request{.method = "GET", .url = "http://127.0.0.1:1/"};
  request.headers.add("x-amz-meta-a", "1\r\nHost: evil");
  EXPECT_EQ(kind_of([&] { transport_.send(request, {}, {}); }), ErrorKind::invalid_argument);
}

/// A port nobody listens on: bound, but not listening.
class ClosedPort {
 public:
  ClosedPort() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address_);
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address_), size), 0);
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address_), &size);
  }
  ~ClosedPort() { close(socket_); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(ntohs(address_.sin_port)) + "/"; }

 private:
  int socket_;
  sockaddr_in address_{};
};

/// Takes connections and never reads from them.
class DeafServer {
 public:
  DeafServer() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address_);
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address_), size), 0);
    EXPECT_EQ(listen(socket_, 1), 0);
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address_), &size);
  }
  ~DeafServer() { close(socket_); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(ntohs(address_.sin_port)) + "/"; }

 private:
  int socket_;
  sockaddr_in address_{};
};

TEST_F(CurlTransportTest, AServerThatIsNotFoundIsToldApart) {
  const auto code_of = [this](const std::string& url, ErrorKind kind) {
    std::string code;
    EXPECT_EQ(kind_of([&] { transport_.send({.method = "GET", .url = url}, {}, {}); }, &code), kind) << url;
    return code;
  };
  EXPECT_EQ(code_of("http://127.0.0.1:1/", ErrorKind::transient), kNotConnected);
  // No name server is asked for a name with an empty label.
  EXPECT_EQ(code_of("http://no..name/", ErrorKind::transient), kHostNotFound);
  RawServer server({{.answers = {ok("no TLS")}, .then_hang = true, .is_hasty = true}});
  std::string url = server.url("/");
  url.replace(0, 4, "https");
  EXPECT_EQ(code_of(url, ErrorKind::transient), kNoTls);
}

TEST_F(CurlTransportTest, ARefusedConnectionWasNotSent) {
  const ClosedPort port;
  std::string code;
  EXPECT_EQ(kind_of(
                [&] {
                  transport_.send({.method = "POST", .url = port.url(), .body = "x", .at_most_once = true},
                                  {}, {});
                },
                &code),
            ErrorKind::transient);
  EXPECT_EQ(code, kNotSent);
}

TEST_F(CurlTransportTest, AnUnansweredRequestMayHaveBeenReceived) {
  RawServer server({{{""}}});
  std::string code = "unset";
  EXPECT_EQ(kind_of(
                [&] {
                  transport_.send(
                      {.method = "POST", .url = server.url("/"), .body = "x", .at_most_once = true}, {}, {});
                },
                &code),
            ErrorKind::transient);
  EXPECT_EQ(code, "");
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(CurlTransportTest, AtMostOnceTakesAConnectionOfItsOwn) {
  RawServer server({{{ok("kept"), ok("kept again")}, true}, {{ok("fresh")}}});
  EXPECT_EQ(get(server, "/").body, "kept");
  const Request once{.method = "POST", .url = server.url("/"), .body = "x", .at_most_once = true};
  EXPECT_EQ(transport_.send(once, {}, {}).body, "fresh");
  EXPECT_EQ(server.accepted(), 2);
}

TEST_F(CurlTransportTest, ABodyIsNotSentTwiceBehindOurBack) {
  // The kept connection dies on the second request: libcurl alone would connect again and repeat it.
  RawServer server({{{ok("one"), ""}}, {{ok("next")}}, {{ok("next")}}});
  EXPECT_EQ(get(server, "/").body, "one");
  EXPECT_EQ(kind_of([&] { transport_.send({.method = "PUT", .url = server.url("/"), .body = "x"}, {}, {}); }),
            ErrorKind::transient);
  EXPECT_EQ(get(server, "/").body, "next");
  const std::vector<std::string> requests = server.requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_TRUE(requests[1].starts_with("PUT")) << requests[1];
  EXPECT_TRUE(requests[2].starts_with("GET")) << requests[2];
}

TEST_F(CurlTransportTest, StopEndsAWaitAtOnce) {
  RawServer server({{{}, true}});
  std::stop_source stop;
  std::thread stopper([&] { stop.request_stop(); });
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(
      kind_of([&] { transport_.send({.method = "GET", .url = server.url("/")}, {}, stop.get_token()); }),
      ErrorKind::cancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(900))
      << "libcurl's own poll is 1 s";
  stopper.join();
  EXPECT_EQ(
      kind_of([&] { transport_.send({.method = "GET", .url = server.url("/")}, {}, stop.get_token()); }),
      ErrorKind::cancelled);
}

TEST_F(CurlTransportTest, AServerThatFallsSilentIsGivenUp) {
  CurlTransport impatient(global_, {.pace = {.longest_silence = std::chrono::milliseconds(100)}});
  RawServer server({{{}, true}});
  EXPECT_EQ(kind_of([&] { impatient.send({.method = "GET", .url = server.url("/")}, {}, {}); }),
            ErrorKind::transient);
}

/// Answers with its first bytes, and never goes on.
const std::string kBegun = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nabc";
const PaceRules kImpatient{.window = std::chrono::milliseconds(100)};

TEST_F(CurlTransportTest, ABodyThatStandsStillIsGivenUp) {
  CurlTransport impatient(global_, {.pace = kImpatient});
  RawServer server({{{kBegun}, true}, {{"HTTP/1.1 200 OK\r\nContent-Le"}, true}});
  EXPECT_EQ(kind_of([&] { impatient.send({.method = "GET", .url = server.url("/")}, {}, {}); }),
            ErrorKind::transient);
}

TEST_F(CurlTransportTest, AnUploadThatStandsStillIsGivenUp) {
  // Larger than what the system takes without anybody reading it.
  const std::string body(64 << 20, 'x');
  CurlTransport impatient(global_, {.pace = kImpatient});
  DeafServer server;
  EXPECT_EQ(kind_of([&] { impatient.send({.method = "PUT", .url = server.url(), .body = body}, {}, {}); }),
            ErrorKind::transient);
}

TEST_F(CurlTransportTest, ASinkThatTakesItsTimeIsNotTheServersFault) {
  CurlTransport impatient(global_, {.pace = kImpatient});
  RawServer server({{{ok(std::string(200'000, 'x'))}}});
  std::size_t taken = 0;
  const BodySink slow = [&](const Response&, std::string_view bytes) {
    if (taken == 0) std::this_thread::sleep_for(std::chrono::milliseconds(300));
    taken += bytes.size();
  };
  impatient.send({.method = "GET", .url = server.url("/")}, slow, {});
  EXPECT_EQ(taken, 200'000U);
}

TEST_F(CurlTransportTest, InAHurryTheStoreIsGivenUpOnce) {
  std::stop_source hurry;
  CurlTransport transport(
      global_, {.pace = {.hurry = hurry.get_token(), .hurried_window = std::chrono::milliseconds(100)}});
  RawServer server({{{ok("before"), kBegun}, true}});
  EXPECT_EQ(transport.send({.method = "GET", .url = server.url("/")}, {}, {}).body, "before");
  hurry.request_stop();
  EXPECT_EQ(kind_of([&] { transport.send({.method = "GET", .url = server.url("/")}, {}, {}); }),
            ErrorKind::cancelled);
  EXPECT_EQ(kind_of([&] { transport.send({.method = "GET", .url = server.url("/")}, {}, {}); }),
            ErrorKind::cancelled);
  EXPECT_EQ(server.requests().size(), 2U) << "nobody asks again";
}

TEST_F(CurlTransportTest, NoMoreConnectionsThanAllowed) {
  RawServer server({{{ok("one"), ok("two")}}, {{ok("on a second connection")}}});
  CurlTransport transport(global_, {.max_connections = 1});
  std::string second;
  std::thread other;
  const BodySink while_it_arrives = [&](const Response&, std::string_view) {
    if (other.joinable()) return;
    other = std::thread(
        [&] { second = transport.send({.method = "GET", .url = server.url("/b")}, {}, {}).body; });
    std::this_thread::sleep_for(std::chrono::milliseconds(100));  // enough to connect, if it were allowed to
    EXPECT_EQ(server.accepted(), 1);
  };
  transport.send({.method = "GET", .url = server.url("/a")}, while_it_arrives, {});
  other.join();
  EXPECT_EQ(second, "two");
}

TEST_F(CurlTransportTest, ARequestMayHaveATimeLimitOfItsOwn) {
  RawServer server({{{ok("quick")}, true}, {{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"}, true}});
  Request request{.method = "GET", .url = server.url("/"), .time_limit = std::chrono::milliseconds(50)};
  EXPECT_EQ(transport_.send(request, {}, {}).body, "quick");
  std::string code;
  request.at_most_once = true;  // on a connection of its own
  EXPECT_EQ(kind_of([&] { transport_.send(request, {}, {}); }, &code), ErrorKind::transient);
  EXPECT_EQ(code, kTimedOut);
}

TEST_F(CurlTransportTest, AProxyThatIsDownIsNamedWithItsVariable) {
  ::setenv("http_proxy", "http://user:hidden@127.0.0.1:1/", 1);
  try {
    transport_.send({.method = "GET", .url = "http://store.example/"}, {}, {});
    ADD_FAILURE() << "nobody listens there";
  } catch (const Error& error) {
    EXPECT_EQ(error.context().code, kProxyNotConnected);
    EXPECT_NE(error.message().find("the proxy of http_proxy doesn't answer"), std::string::npos)
        << error.message();
    EXPECT_EQ(error.message().find("hidden"), std::string::npos);
  }
  ::unsetenv("http_proxy");
}

TEST_F(CurlTransportTest, AProxyThatCantBeReadIsNamedWithoutItsPassword) {
  for (const char* proxy :
       {"http://user:hidden/x@127.0.0.1:1", "http://user:hidden#x@127.0.0.1:1",
        "http://user:hidden?x@127.0.0.1:1", "http://user:hidden x@127.0.0.1:1",
        "http://user:hidden@x@127.0.0.1:1", "sock5://user:hidden@127.0.0.1:1",
        "http://user:hidden@127.0.0.1:port", "http://user:hidden@127.0.0.1:99999", "http://user:hidden@"}) {
    ::setenv("http_proxy", proxy, 1);
    try {
      transport_.send({.method = "GET", .url = "http://store.example/"}, {}, {});
      ADD_FAILURE() << proxy << " can't be read";
    } catch (const Error& error) {
      const std::string text = error.what();
      EXPECT_EQ(error.kind(), ErrorKind::invalid_argument) << text;
      EXPECT_NE(text.find("the proxy in http_proxy can't be read"), std::string::npos) << text;
      EXPECT_EQ(text.find("hidden"), std::string::npos) << text;
    }
    ::unsetenv("http_proxy");
  }
}

TEST_F(CurlTransportTest, ADirectRequestTakesNoProxy) {
  RawServer proxy({{{ok("proxy")}}});
  RawServer server({{{ok("server")}}});
  ::setenv("http_proxy", proxy.url("").c_str(), 1);
  Request request{.method = "GET", .url = server.url("/"), .direct = true};
  EXPECT_EQ(transport_.send(request, {}, {}).body, "server");
  request.direct = false;
  EXPECT_EQ(transport_.send(request, {}, {}).body, "proxy");
  ::unsetenv("http_proxy");
}

TEST_F(CurlTransportTest, AHeaderThatCannotBeSentIsNamedWithoutItsValue) {
  Request request{.method = "GET", .url = "http://127.0.0.1:1/"};
  request.headers.add("Authorization", "hidden\n");
  try {
    transport_.send(request, {}, {});
    ADD_FAILURE() << "was sent";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    EXPECT_EQ(error.context().resource, "Authorization");
    EXPECT_EQ(std::string(error.what()).find("hidden"), std::string::npos);
  }
}

TEST(ConnectionsWithin, LeaveFilesForTheRest) {
  EXPECT_EQ(connections_within(0), 1U);
  EXPECT_EQ(connections_within(20), 1U);
  EXPECT_EQ(connections_within(1024), 252U);
  EXPECT_GT(connections_within(20'000), 4096U);
}

TEST(Headers, NamesWithoutRegardToCase) {
  Headers headers;
  headers.add("ETag", "1");
  headers.add("etag", "2");
  EXPECT_EQ(headers.find("eTAG"), "1");
  EXPECT_EQ(headers.find("et"), std::nullopt);
}

}  // namespace
}  // namespace s3c::http
