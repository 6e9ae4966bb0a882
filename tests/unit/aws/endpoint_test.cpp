#include "aws/endpoint.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace s3c::aws {
namespace {

std::string where(EndpointSettings settings, const std::string& bucket, const std::string& region) {
  const BucketAddress address = Endpoint(std::move(settings)).locate(bucket, region);
  return address.origin + address.path_root;
}

TEST(Endpoint, AwsIsVirtualHosted) {
  EXPECT_EQ(where({}, "logs", "eu-west-1"), "https://logs.s3.eu-west-1.amazonaws.com/");
  EXPECT_EQ(where({}, "logs", "cn-north-1"), "https://logs.s3.cn-north-1.amazonaws.com.cn/");
  EXPECT_EQ(where({.dual_stack = true}, "logs", "eu-west-1"),
            "https://logs.s3.dualstack.eu-west-1.amazonaws.com/");
  EXPECT_EQ(where({.fips = true}, "logs", "us-gov-west-1"),
            "https://logs.s3-fips.us-gov-west-1.amazonaws.com/");
}

TEST(Endpoint, BucketsThatCannotBeHostNamesGoInThePath) {
  EXPECT_EQ(where({}, "my.logs", "eu-west-1"), "https://s3.eu-west-1.amazonaws.com/my.logs/");
  EXPECT_EQ(where({}, "MyLogs", "us-east-1"), "https://s3.us-east-1.amazonaws.com/MyLogs/");
  EXPECT_EQ(where({}, "a b", "us-east-1"), "https://s3.us-east-1.amazonaws.com/a%20b/");
}

TEST(Endpoint, CustomIsPathStyleUnlessToldOtherwise) {
  EXPECT_EQ(where({.url = "http://127.0.0.1:9000"}, "logs", "us-east-1"), "http://127.0.0.1:9000/logs/");
  EXPECT_EQ(where({.url = "https://store.example/base/"}, "logs", "us-east-1"),
            "https://store.example/base/logs/");
  EXPECT_EQ(where({.url = "http://s3.localhost:9000", .addressing = Addressing::virtual_host}, "my.logs",
                  "us-east-1"),
            "http://my.logs.s3.localhost:9000/");
  EXPECT_EQ(where({.addressing = Addressing::path}, "logs", "eu-west-1"),
            "https://s3.eu-west-1.amazonaws.com/logs/");
}

TEST(Endpoint, HostIsWhatTheHostHeaderWillSay) {
  EXPECT_EQ(Endpoint({.url = "https://a.example:443"}).locate("logs", "x").host, "a.example");
  EXPECT_EQ(Endpoint({.url = "http://a.example:80"}).locate("logs", "x").host, "a.example");
  EXPECT_EQ(Endpoint({.url = "http://a.example:443"}).locate("logs", "x").host, "a.example:443");
  EXPECT_EQ(Endpoint({.url = "http://[::1]:9000"}).locate("logs", "x").host, "[::1]:9000");
}

TEST(Endpoint, RefusesWhatCouldEndAHeaderLine) {
  for (const char* url : {"http://a\x01z", "http://a\x7f", "http://a/\x1b[2J", "http://\xc3\xbc.example",
                          "http://a b", "http://a\r\nX-Evil: 1"}) {
    EXPECT_THROW(where({.url = url}, "logs", "us-east-1"), base::Error) << url;
  }
  EXPECT_THROW(where({.url = std::string("http://a\0b", 10)}, "logs", "us-east-1"), base::Error);
}

TEST(Endpoint, RefusesWhatCannotBe) {
  for (const char* url :
       {"ftp://x", "store.example", "http://", "http://:80", "http://u:p@h", "http://h/?q"}) {
    EXPECT_THROW(Endpoint({.url = url}), base::Error) << url;
  }
  const Endpoint endpoint({.url = "http://h"});
  for (const char* bucket : {"", ".", "..", "a/b"})
    EXPECT_THROW(endpoint.locate(bucket, "r"), base::Error) << bucket;
  EXPECT_THROW(endpoint.locate("b", ""), base::Error);
  EXPECT_THROW(Endpoint({}).locate("b", "evil.example/"), base::Error);
  EXPECT_THROW(
      Endpoint({.url = "http://127.0.0.1", .addressing = Addressing::virtual_host}).locate("logs", "r"),
      base::Error);
}

TEST(Endpoint, APasswordIsNeverPrinted) {
  EXPECT_EQ(without_password("http://user:secret@host:9000/x"), "http://...@host:9000/x");
  EXPECT_EQ(without_password("http://user:se/cr@et@host"), "http://...@host");
  EXPECT_EQ(without_password("user:secret@host"), "...@host");
  EXPECT_EQ(without_password("http://host:9000"), "http://host:9000");
  for (const char* url : {"http://user:secret@host", "user:secret@host", "ftp://user:secret@host"}) {
    try {
      const Endpoint endpoint({.url = url});
      ADD_FAILURE() << url << " was accepted";
    } catch (const base::Error& error) {
      EXPECT_EQ(std::string(error.what()).find("secret"), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace s3c::aws
