// AWS's published examples: S3 API Reference, "Signature Calculations for the Authorization Header".
#include "aws/sigv4.h"

#include <gtest/gtest.h>

#include "aws/endpoint.h"
#include "base/encoding.h"
#include "base/hash.h"

namespace s3c::aws {
namespace {

const Credentials kCredentials{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};
const base::Timestamp kTime = *base::parse_amz_date("20130524T000000Z");
constexpr std::string_view kHost = "examplebucket.s3.amazonaws.com";

struct Vector {
  std::string name, method, path, query, payload;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string canonical_hash, signed_headers, signature;
};

std::vector<Vector> vectors() {
  return {
      {"GetObject",
       "GET",
       "/test.txt",
       "",
       "",
       {{"Range", "bytes=0-9"}},
       "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972",
       "host;range;x-amz-content-sha256;x-amz-date",
       "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
      {"PutObject",
       "PUT",
       "/test%24file.text",
       "",
       "Welcome to Amazon S3.",
       {{"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
       "9e0e90d9c76de8fa5b200d8c849cd5b8dc7a3be3951ddb7f6a76b4158342019d",
       "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
       "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
      {"GetBucketLifecycle",
       "GET",
       "/",
       "lifecycle=",
       "",
       {},
       "9766c798316ff2757b517bc739a67f6213b4ab36dd5da2f94eaebf79c77395ca",
       "host;x-amz-content-sha256;x-amz-date",
       "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
      {"ListObjects",
       "GET",
       "/",
       "max-keys=2&prefix=J",
       "",
       {},
       "df57d21db20da04d7fa30298dd4488ba3a2b47ca3a489c74750e0f1e7df1b9b7",
       "host;x-amz-content-sha256;x-amz-date",
       "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
  };
}

SigningInput input_of(const Vector& v, const std::string& payload_hash) {
  return {v.method, kHost, v.path, v.query, payload_hash, nullptr};
}

TEST(SigV4, PublishedSignatures) {
  Signer signer;
  for (const Vector& v : vectors()) {
    SCOPED_TRACE(v.name);
    http::Headers headers;
    for (const auto& [name, value] : v.headers) headers.add(name, value);
    const std::string payload_hash = base::to_hex(base::sha256(v.payload));
    signer.sign(input_of(v, payload_hash), headers, kCredentials, "us-east-1", kTime);
    EXPECT_EQ(
        headers.find("Authorization"),
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=" +
            v.signed_headers + ",Signature=" + v.signature);
  }
}

TEST(SigV4, PublishedCanonicalRequestsAndStringToSign) {
  for (const Vector& v : vectors()) {
    SCOPED_TRACE(v.name);
    http::Headers headers;
    for (const auto& [name, value] : v.headers) headers.add(name, value);
    const std::string payload_hash = base::to_hex(base::sha256(v.payload));
    headers.add("x-amz-date", "20130524T000000Z");
    headers.add("x-amz-content-sha256", payload_hash);
    SigningInput input = input_of(v, payload_hash);
    input.headers = &headers;
    const CanonicalRequest canonical = canonical_request(input);
    EXPECT_EQ(base::to_hex(base::sha256(canonical.text)), v.canonical_hash) << canonical.text;
    EXPECT_EQ(string_to_sign("20130524T000000Z", "20130524/us-east-1/s3/aws4_request", canonical.text),
              "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n" + v.canonical_hash);
  }
}

TEST(SigV4, EmptyPayloadConstant) {
  EXPECT_EQ(kEmptyPayloadHash, base::to_hex(base::sha256("")));
}

TEST(SigV4, KeyOfAnotherDayRegionOrSecretIsNotReused) {
  Signer signer;
  auto sign = [&](const Credentials& credentials, const char* region, const char* time) {
    http::Headers headers;
    signer.sign({"GET", kHost, "/", "", kEmptyPayloadHash, nullptr}, headers, credentials, region,
                *base::parse_amz_date(time));
    return std::string(*headers.find("Authorization"));
  };
  auto fresh = [](const Credentials& credentials, const char* region, const char* time) {
    Signer other;
    http::Headers headers;
    other.sign({"GET", kHost, "/", "", kEmptyPayloadHash, nullptr}, headers, credentials, region,
               *base::parse_amz_date(time));
    return std::string(*headers.find("Authorization"));
  };
  Credentials rotated = kCredentials;
  rotated.secret_access_key = "another";
  sign(kCredentials, "us-east-1", "20130524T235959Z");
  EXPECT_EQ(sign(kCredentials, "us-east-1", "20130525T000000Z"),
            fresh(kCredentials, "us-east-1", "20130525T000000Z"));
  EXPECT_EQ(sign(kCredentials, "eu-west-1", "20130525T000000Z"),
            fresh(kCredentials, "eu-west-1", "20130525T000000Z"));
  EXPECT_EQ(sign(rotated, "eu-west-1", "20130525T000000Z"), fresh(rotated, "eu-west-1", "20130525T000000Z"));
}

TEST(SigV4, SessionTokenIsSentAndSigned) {
  Signer signer;
  http::Headers headers;
  signer.sign({"GET", kHost, "/", "", kEmptyPayloadHash, nullptr}, headers, {"AK", "SK", "TOKEN"},
              "us-east-1", kTime);
  EXPECT_EQ(headers.find("x-amz-security-token"), "TOKEN");
  EXPECT_NE(headers.find("Authorization")->find(";x-amz-security-token,"), std::string_view::npos);
}

TEST(SigV4, BlanksInHeaderValuesAreSqueezed) {
  http::Headers headers;
  headers.add("x-amz-meta-a", "  two   words\t ");
  const auto canonical = canonical_request({"GET", "h", "/", "", "hash", &headers});
  EXPECT_NE(canonical.text.find("\nx-amz-meta-a:two words\n"), std::string::npos) << canonical.text;
}

TEST(EncodeQuery, SortsByEncodedNameAndKeepsEmptyValues) {
  EXPECT_EQ(encode_query({{"prefix", "a b/ü"}, {"delete", ""}, {"a", "+"}}),
            "a=%2B&delete=&prefix=a%20b%2F%C3%BC");
  EXPECT_EQ(encode_query({}), "");
}

/// Source: AWS General Reference, "Deriving the signing key", which signs for IAM.
TEST(SigV4, OtherServicesHaveOtherKeys) {
  EXPECT_EQ(
      base::to_hex(signing_key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20150830", "us-east-1", "iam")),
      "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
  http::Headers headers;
  Signer("sts").sign({"POST", "sts.amazonaws.com", "/", "", kEmptyPayloadHash, nullptr}, headers,
                     kCredentials, "us-east-1", kTime);
  EXPECT_NE(headers.find("Authorization")->find("/20130524/us-east-1/sts/aws4_request,"),
            std::string_view::npos);
}

}  // namespace
}  // namespace s3c::aws
