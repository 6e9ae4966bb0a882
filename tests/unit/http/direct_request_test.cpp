// Which requests the event loop sends itself. That their bytes are libcurl's: direct_connection_test.cpp.
#include "http/direct_request.h"

#include <gtest/gtest.h>

namespace s3c::http {
namespace {

using namespace std::string_literals;

TEST(DirectRequest, OriginIsWhatComesBeforeThePath) {
  EXPECT_EQ(origin_of("https://b.example:8443/k/https://x?y"), "https://b.example:8443");
  EXPECT_EQ(origin_of("http://[::1]/"), "http://[::1]");
  for (const char* none : {"", "/k", "b.example/k", "http://b.example", "http://b.example?q/"})
    EXPECT_EQ(origin_of(none), "") << none;
}

TEST(DirectRequest, HostHasThePortUnlessItIsTheSchemes) {
  EXPECT_EQ(host_of("http://b.example"), "b.example");
  EXPECT_EQ(host_of("http://b.example:80"), "b.example");
  EXPECT_EQ(host_of("https://b.example:443"), "b.example");
  EXPECT_EQ(host_of("https://b.example:80"), "b.example:80");
  EXPECT_EQ(host_of("http://127.0.0.1:9000"), "127.0.0.1:9000");
  EXPECT_EQ(host_of("http://[::1]:9000"), "[::1]:9000");
}

TEST(DirectRequest, WhatLibcurlUnderstandsBetterIsLeftToIt) {
  for (const char* origin :
       {"", "ftp://b.example", "HTTP://b.example", "http://", "http://u:p@b.example", "http://u@b",
        "http://[fe80::1%25eth0]", "http://b%2eexample", "http://b\\c", "http://b:99999", "http://:80"})
    EXPECT_EQ(host_of(origin), std::nullopt) << origin;
}

TEST(DirectRequest, OnlyAnOrdinaryGetIsSent) {
  const Request good{.method = "GET", .url = "http://b.example/k%20?a=b"};
  EXPECT_TRUE(is_ordinary(good));
  const auto altered = [&](auto&& change) {
    Request request = good;
    change(request);
    return is_ordinary(request);
  };
  EXPECT_FALSE(altered([](Request& r) { r.method = "HEAD"; }));
  EXPECT_FALSE(altered([](Request& r) { r.method = "get"; }));
  EXPECT_FALSE(altered([](Request& r) { r.body = "x"; }));
  EXPECT_FALSE(altered([](Request& r) { r.at_most_once = true; }));
  EXPECT_FALSE(altered([](Request& r) { r.direct = true; }));
  EXPECT_FALSE(altered([](Request& r) { r.slow_answer = true; }));
  EXPECT_FALSE(altered([](Request& r) { r.time_limit = std::chrono::milliseconds(1); }));
  for (const std::string& end : {" "s, "\r\nX: y"s, "\t"s, "#f"s, "\x7f"s, "\xc3\xa4"s, "\0"s})
    EXPECT_FALSE(altered([&](Request& r) { r.url += end; })) << testing::PrintToString(end);
}

TEST(DirectRequest, FieldsThatCouldEndALineOrMeanMoreAreNotSent) {
  const auto with = [](const std::string& name, const std::string& value) {
    Request request{.method = "GET", .url = "http://b.example/k"};
    request.headers.add(name, value);
    return is_ordinary(request);
  };
  EXPECT_TRUE(with("x-amz-date", "20180401T000000Z"));
  EXPECT_TRUE(with("x-empty", ""));
  for (const std::string& value : {"a\r\nb"s, "a\nb"s, "a\0b"s, "\r"s, " "s, "\t"s, "\x7f"s})
    EXPECT_FALSE(with("x-a", value)) << testing::PrintToString(value);
  for (const char* name : {"", "a b", "a:", "a\r\nb", "host", "Host", "CONTENT-LENGTH", "transfer-encoding",
                           "Connection", "TE", "Expect", "user-agent", "Accept", "Cookie", "Upgrade"})
    EXPECT_FALSE(with(name, "1")) << name;
}

}  // namespace
}  // namespace s3c::http
