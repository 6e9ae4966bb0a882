#include "aws/endpoint.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

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
}

TEST(Endpoint, AnAddressHasTheBucketInThePathWhateverTheStyle) {
  EXPECT_EQ(where({.url = "http://127.0.0.1:9000", .addressing = Addressing::virtual_host}, "logs", "r"),
            "http://127.0.0.1:9000/logs/");
  EXPECT_EQ(where({.url = "http://[::1]:9000", .addressing = Addressing::virtual_host}, "logs", "r"),
            "http://[::1]:9000/logs/");
}

base::Error refusal(EndpointSettings settings, const std::string& bucket, const std::string& region) {
  try {
    where(std::move(settings), bucket, region);
  } catch (const base::Error& error) {
    return error;
  }
  ADD_FAILURE() << bucket << " in " << region << " was accepted";
  return {base::ErrorKind::internal, ""};
}

TEST(Endpoint, EachPartitionHasItsSuffix) {
  const std::vector<std::pair<std::string, std::string>> suffixes = {
      {"eu-west-1", "amazonaws.com"},         {"us-gov-east-1", "amazonaws.com"},
      {"cn-northwest-1", "amazonaws.com.cn"}, {"us-iso-west-1", "c2s.ic.gov"},
      {"us-isob-east-1", "sc2s.sgov.gov"},    {"us-isof-south-1", "csp.hci.ic.gov"},
      {"eu-isoe-west-1", "cloud.adc-e.uk"},   {"eusc-de-east-1", "amazonaws.eu"}};
  for (const auto& [region, suffix] : suffixes)
    EXPECT_EQ(where({}, "logs", region), "https://logs.s3." + region + "." + suffix + "/");
  EXPECT_EQ(where({.dual_stack = true, .fips = true}, "my.logs", "us-east-2"),
            "https://s3-fips.dualstack.us-east-2.amazonaws.com/my.logs/");
  EXPECT_EQ(where({}, "logs", "aws-global"), "https://logs.s3.us-east-1.amazonaws.com/");
  EXPECT_EQ(Endpoint({}).locate("logs", "aws-global").region, "us-east-1");
}

TEST(Endpoint, WhatAsksForFipsNeverGetsSomethingElse) {
  EXPECT_EQ(refusal({.fips = true}, "logs", "cn-north-1").kind(), base::ErrorKind::invalid_argument);
  EXPECT_THROW(Endpoint({.url = "http://h", .fips = true}), base::Error);
  EXPECT_THROW(Endpoint({.url = "http://h", .dual_stack = true}), base::Error);
}

constexpr const char* kPoint = "arn:aws:s3:us-west-2:123456789012:accesspoint/my-point";

TEST(Endpoint, AnAccessPointHasItsOwnHostAndRegion) {
  EXPECT_EQ(where({}, kPoint, "eu-west-1"),
            "https://my-point-123456789012.s3-accesspoint.us-west-2.amazonaws.com/");
  EXPECT_EQ(Endpoint({}).locate(kPoint, "eu-west-1").region, "us-west-2");
  EXPECT_EQ(where({}, "arn:aws:s3:us-west-2:123456789012:accesspoint:my-point", "us-west-2"),
            where({}, kPoint, "us-west-2"));
  EXPECT_EQ(where({.dual_stack = true, .fips = true}, kPoint, "us-east-1"),
            "https://my-point-123456789012.s3-accesspoint-fips.dualstack.us-west-2.amazonaws.com/");
  EXPECT_EQ(where({}, "arn:aws-cn:s3:cn-north-1:123456789012:accesspoint/my-point", "cn-north-1"),
            "https://my-point-123456789012.s3-accesspoint.cn-north-1.amazonaws.com.cn/");
  EXPECT_EQ(where({.url = "https://store.example/base"}, kPoint, "us-west-2"),
            "https://my-point-123456789012.store.example/base/");
  EXPECT_EQ(where({}, "my-point-u9tbw1-s3alias", "us-east-1"),
            "https://my-point-u9tbw1-s3alias.s3.us-east-1.amazonaws.com/");
}

TEST(Endpoint, AccessPointsOutOfReachAreRefused) {
  for (const char* region : {"cn-north-1", "us-gov-west-1"})
    EXPECT_EQ(refusal({}, kPoint, region).kind(), base::ErrorKind::invalid_argument) << region;
  EXPECT_EQ(refusal({}, "arn:aws:s3:cn-north-1:123456789012:accesspoint/abc", "us-east-1").kind(),
            base::ErrorKind::invalid_argument);
  EXPECT_EQ(refusal({.addressing = Addressing::path}, kPoint, "us-west-2").kind(),
            base::ErrorKind::invalid_argument);
  EXPECT_EQ(refusal({.url = "http://127.0.0.1:1"}, kPoint, "us-west-2").kind(),
            base::ErrorKind::invalid_argument);
  EXPECT_EQ(refusal({.use_arn_region = false}, kPoint, "us-east-1").kind(),
            base::ErrorKind::invalid_argument);
  EXPECT_EQ(where({.use_arn_region = false}, kPoint, "us-west-2"), where({}, kPoint, "us-west-2"));
}

TEST(Endpoint, ArnsThatNameNoAccessPointAreRefused) {
  for (const char* arn :
       {"arn:aws:s3:::bucket", "arn:aws:s3:us-west-2:123456789012:accesspoint",
        "arn:aws:s3:us-west-2:123456789012:accesspoint/", "arn:aws:s3:us-west-2:123456789012:accesspoint/a.b",
        "arn:aws:s3:us-west-2:123456789012:accesspoint/abc/object/x", "arn:aws:s3:us-west-2::accesspoint/abc",
        "arn:aws:s3:us-west-2:12345:accesspoint/abc", "arn:aws:s3:us.west:123456789012:accesspoint/abc",
        "arn:aws:s3:us-west-2:123456789012:bucket/abc", "arn:aws:iam::123456789012:role/abc", "arn:aws:s3",
        "arn:"}) {
    EXPECT_EQ(refusal({}, arn, "us-west-2").kind(), base::ErrorKind::invalid_argument) << arn;
  }
}

TEST(Endpoint, AnArnOfTheRightFormSaysWhichPartIsWrong) {
  const auto told = [](const std::string& rest) {
    return std::string(refusal({}, "arn:aws:s3:" + rest, "us-west-2").what());
  };
  EXPECT_NE(told("us-west-2:123456789012:accesspoint/ap").find("3 to 50"), std::string::npos);
  EXPECT_NE(told("us-west-2:12345:accesspoint/abc").find("isn't 12 digits"), std::string::npos);
}

TEST(Endpoint, BucketsOfOtherKindsAreRefusedWithTheReason) {
  const std::vector<std::pair<std::string, std::string>> others = {
      {"arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap", "multi-Region"},
      {"arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-01234567890123456/accesspoint/abc", "Outposts"},
      {"arn:aws:s3-object-lambda:us-west-2:123456789012:accesspoint/abc", "Object Lambda"},
      {"logs--usw2-az1--x-s3", "directory"},
      {"point--usw2-az1--xa-s3", "directory"},
      {"point-e0b1d075431d83bebde8xz5w8ijx1qzlbp3i3kuse10--op-s3", "Outposts"},
      {"point-a1b2c3--ol-s3", "Object Lambda"}};
  for (const auto& [bucket, reason] : others) {
    const base::Error error = refusal({}, bucket, "us-west-2");
    EXPECT_EQ(error.kind(), base::ErrorKind::unsupported) << bucket;
    EXPECT_NE(error.message().find(reason), std::string::npos) << error.what();
  }
  EXPECT_EQ(where({.url = "http://store"}, "logs--x-s3", "us-east-1"), "http://store/logs--x-s3/")
      << "only AWS gives such a name a meaning";
}

/// Where a redirect from the bucket's address leads; empty: it isn't followed.
std::string followed(const EndpointSettings& settings, const std::string& bucket, const std::string& region,
                     const std::string& location) {
  const Endpoint endpoint(settings);
  const auto to = endpoint.redirected(bucket, endpoint.locate(bucket, region), location);
  return to ? to->origin + to->path_root + " " + to->region : "";
}

TEST(Endpoint, InAwsOnlyTheRegionOfARedirectCounts) {
  const std::string west = "https://logs.s3.us-west-2.amazonaws.com/ us-west-2";
  for (const char* location :
       {"https://logs.s3-us-west-2.amazonaws.com/key", "https://logs.s3.us-west-2.amazonaws.com/key?x=y",
        "https://S3.US-WEST-2.amazonaws.com:443/logs/key",
        "https://logs.s3.dualstack.us-west-2.amazonaws.com/",
        "https://logs.s3-fips.us-west-2.amazonaws.com/"}) {
    EXPECT_EQ(followed({}, "logs", "us-east-1", location), west) << location;
  }
  EXPECT_EQ(followed({.fips = true}, "logs", "us-east-1", "https://logs.s3.us-west-2.amazonaws.com/"),
            "https://logs.s3-fips.us-west-2.amazonaws.com/ us-west-2");
  for (const char* location :
       {"http://logs.s3.us-west-2.amazonaws.com/", "https://logs.s3.us-west-2.amazonaws.com.evil.example/",
        "https://logs.s3.cn-north-1.amazonaws.com.cn/",
        "https://evil.example/logs.s3.us-west-2.amazonaws.com",
        "https://s3.us-west-2.amazonaws.com@evil.example/", "https://x.elb.us-west-2.amazonaws.com/",
        "https://logs.s3.us-east-1.amazonaws.com/", "https://logs.s3-external-1.amazonaws.com/",
        "https://logs.s3.amazonaws.com/", "https://other.s3.us-west-2.amazonaws.com/",
        "https://logs.s3.us-west-2.evilamazonaws.com/", "/key", ""}) {
    EXPECT_EQ(followed({}, "logs", "us-east-1", location), "") << location;
  }
}

TEST(Endpoint, ElsewhereARedirectStaysWithinTheEndPointsName) {
  const EndpointSettings store{.url = "http://store.example:9000/base"};
  EXPECT_EQ(followed(store, "logs", "r", "http://eu.store.example:9001/base/logs/key"),
            "http://eu.store.example:9001/base/logs/ r");
  EXPECT_EQ(followed(store, "logs", "r", "http://logs.eu.store.example/base/key"),
            "http://logs.eu.store.example/base/ r");
  EXPECT_EQ(followed(store, "logs", "r", "http://store.example:9001/"),
            "http://store.example:9001/base/logs/ r");
  EXPECT_EQ(followed({.url = "http://127.0.0.1:1"}, "logs", "r", "http://127.0.0.1:2/logs/"),
            "http://127.0.0.1:2/logs/ r");
  for (const char* location :
       {"https://eu.store.example:9000/", "http://evilstore.example:9000/", "http://example:9000/",
        "http://store.example.evil:9000/", "http://store.example:9000/base/logs/key",
        "http://user@store.example:9001/", "http://store.example\r\nX:1/", "ftp://eu.store.example/"}) {
    EXPECT_EQ(followed(store, "logs", "r", location), "") << location;
  }
  EXPECT_EQ(followed({.url = "http://127.0.0.1:1"}, "logs", "r", "http://x.127.0.0.1:2/"), "");
  EXPECT_EQ(followed({.url = "https://store.example"}, "logs", "r", "http://eu.store.example/"), "");
}

TEST(Endpoint, APasswordIsNeverPrinted) {
  EXPECT_EQ(url_to_show("http://user:secret@host:9000/x"), "http://...@host:9000/x");
  EXPECT_EQ(url_to_show("http://user:se/cr@et@host"), "http://...@host");
  EXPECT_EQ(url_to_show("user:secret@host"), "...@host");
  EXPECT_EQ(url_to_show("http://host:9000"), "http://host:9000");
  EXPECT_EQ(url_to_show("http://host/x?token=secret"), "http://host/x?...");
  EXPECT_EQ(url_to_show("http://us:sec?ret@host/x#secret"), "http://...@host/x#...");
  for (const char* url :
       {"http://user:secret@host", "user:secret@host", "ftp://user:secret@host", "http://host/?x=secret",
        "host?secret", "http://host#secret", "ftp://host/?secret"}) {
    try {
      const Endpoint endpoint({.url = url, .place = "AWS_ENDPOINT_URL"});
      ADD_FAILURE() << url << " was accepted";
    } catch (const base::Error& error) {
      EXPECT_EQ(std::string(error.what()).find("secret"), std::string::npos) << error.what();
      EXPECT_NE(std::string(error.what()).find("(AWS_ENDPOINT_URL)"), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace s3c::aws
