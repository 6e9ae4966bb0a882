// Signatures: AWS's published examples ("Authenticating Requests", 24 May 2013), and every way to be refused.
#include "sim/auth.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/hash.h"
#include "sim/aws_chunked.h"
#include "sim/s3_error.h"
#include "sim_client.h"

namespace s3c::sim {
namespace {

constexpr const char* kEmptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

class AwsExamples : public testing::Test {
 protected:
  AwsExamples() : authenticator_("us-east-1") {
    authenticator_.add_user("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
  }

  static Request request(std::string method, std::string path, std::string query,
                         const std::string& signed_headers, const std::string& signature,
                         const std::vector<Header>& headers) {
    Request out{std::move(method), std::move(path), std::move(query), {}, {}};
    out.headers.add("host", "examplebucket.s3.amazonaws.com");
    out.headers.add("x-amz-date", "20130524T000000Z");
    for (const Header& field : headers) out.headers.add(field.name, field.value);
    out.headers.add("authorization",
                    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                    "SignedHeaders=" +
                        signed_headers + ",Signature=" + signature);
    return out;
  }

  /// The error code, or "ok".
  std::string outcome(const Request& request) {
    try {
      (void)authenticator_.authenticate(request, Query(request.raw_query), now_);
      return "ok";
    } catch (const S3Error& error) {
      return std::string(name(error.code()));
    }
  }

  Request get_object() const {
    return request("GET", "/test.txt", "", "host;range;x-amz-content-sha256;x-amz-date",
                   "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
                   {{"range", "bytes=0-9"}, {"x-amz-content-sha256", kEmptySha256}});
  }

  Authenticator authenticator_;
  base::Timestamp now_ = base::parse_iso8601("2013-05-24T00:01:00Z").value();
};

TEST_F(AwsExamples, GetObject) {
  EXPECT_EQ(outcome(get_object()), "ok");
}

TEST_F(AwsExamples, SessionTokensHoldAsTold) {
  const auto with_token = [&](const std::string& token) {
    Request made = get_object();
    made.headers.add("x-amz-security-token", token);
    return outcome(made);
  };
  // The token isn't signed here, so what passes the check meets the next one.
  EXPECT_EQ(with_token("any"), "AccessDenied") << "without a word about tokens each one holds";
  authenticator_.hold_session_token("t", now_ + std::chrono::seconds(4));
  EXPECT_EQ(with_token("any"), "InvalidToken");
  EXPECT_EQ(with_token("t"), "AccessDenied");
  EXPECT_EQ(outcome(get_object()), "ok") << "without a token";
  now_ += std::chrono::seconds(4);
  EXPECT_EQ(with_token("t"), "ExpiredToken");
}

TEST_F(AwsExamples, PutObject) {
  EXPECT_EQ(
      outcome(request(
          "PUT", "/test%24file.text", "", "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
          "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
          {{"date", "Fri, 24 May 2013 00:00:00 GMT"},
           {"x-amz-storage-class", "REDUCED_REDUNDANCY"},
           {"x-amz-content-sha256", "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"}})),
      "ok");
}

TEST_F(AwsExamples, GetBucketLifecycle) {
  EXPECT_EQ(outcome(request("GET", "/", "lifecycle", "host;x-amz-content-sha256;x-amz-date",
                            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
                            {{"x-amz-content-sha256", kEmptySha256}})),
            "ok");
}

TEST_F(AwsExamples, ListObjects) {
  EXPECT_EQ(outcome(request("GET", "/", "prefix=J&max-keys=2", "host;x-amz-content-sha256;x-amz-date",
                            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
                            {{"x-amz-content-sha256", kEmptySha256}})),
            "ok");
}

TEST_F(AwsExamples, Presigned) {
  Request presigned{
      "GET",
      "/test.txt",
      "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3"
      "%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
      "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
      {},
      {}};
  presigned.headers.add("host", "examplebucket.s3.amazonaws.com");
  EXPECT_EQ(outcome(presigned), "ok");
  now_ += std::chrono::hours(24);
  EXPECT_EQ(outcome(presigned), "AccessDenied");
}

TEST_F(AwsExamples, ChunkedUploadIsVerifiedChunkByChunk) {
  const std::string first(65536, 'a');
  const std::string second(1024, 'a');
  auto framed = [&](const std::string& first_bytes) {
    return "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" +
           first_bytes +
           "\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" +
           second +
           "\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n";
  };
  Request upload = request(
      "PUT", "/examplebucket/chunkObject.txt", "",
      "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;"
      "x-amz-storage-class",
      "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
      {{"x-amz-storage-class", "REDUCED_REDUNDANCY"},
       {"x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"},
       {"content-encoding", "aws-chunked"},
       {"x-amz-decoded-content-length", "66560"},
       {"content-length", "66824"}});
  upload.headers.erase("host");
  upload.headers.add("host", "s3.amazonaws.com");
  const Authenticated authenticated = authenticator_.authenticate(upload, Query(), now_);

  Request good = upload;
  good.body = Payload(framed(first));
  check_payload(good, authenticated);
  EXPECT_EQ(good.body.to_string(), first + second);
  EXPECT_FALSE(good.headers.contains("content-encoding"));

  Request bad = upload;
  std::string changed = first;
  changed[100] = 'b';
  bad.body = Payload(framed(changed));
  EXPECT_THROW(check_payload(bad, authenticated), S3Error);
}

TEST_F(AwsExamples, AnyChangeIsRefused) {
  Request changed_path = get_object();
  changed_path.raw_path = "/test2.txt";
  EXPECT_EQ(outcome(changed_path), "SignatureDoesNotMatch");

  Request changed_method = get_object();
  changed_method.method = "DELETE";
  EXPECT_EQ(outcome(changed_method), "SignatureDoesNotMatch");

  Request changed_header = get_object();
  changed_header.headers.erase("range");
  changed_header.headers.add("range", "bytes=0-8");
  EXPECT_EQ(outcome(changed_header), "SignatureDoesNotMatch");

  Request added_query = get_object();
  added_query.raw_query = "versionId=1";
  EXPECT_EQ(outcome(added_query), "SignatureDoesNotMatch");

  Request unsigned_header = get_object();
  unsigned_header.headers.add("x-amz-meta-smuggled", "1");
  EXPECT_EQ(outcome(unsigned_header), "AccessDenied");
}

TEST_F(AwsExamples, TheClockMayBeFifteenMinutesOff) {
  now_ = base::parse_iso8601("2013-05-24T00:15:00Z").value();
  EXPECT_EQ(outcome(get_object()), "ok");
  now_ += std::chrono::seconds(1);
  EXPECT_EQ(outcome(get_object()), "RequestTimeTooSkewed");
  now_ = base::parse_iso8601("2013-05-23T23:44:59Z").value();
  EXPECT_EQ(outcome(get_object()), "RequestTimeTooSkewed");
}

TEST_F(AwsExamples, WrongRegionNamesTheRightOne) {
  Authenticator elsewhere("eu-west-1");
  elsewhere.add_user("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
  try {
    (void)elsewhere.authenticate(get_object(), Query(), now_);
    FAIL() << "accepted";
  } catch (const S3Error& error) {
    EXPECT_EQ(error.code(), S3Code::AuthorizationHeaderMalformed);
    ASSERT_EQ(error.details().size(), 1U);
    EXPECT_EQ(error.details()[0], std::pair(std::string("Region"), std::string("eu-west-1")));
  }
}

TEST_F(AwsExamples, UnknownKeyAndMalformedHeaders) {
  Request request = get_object();
  std::string header(request.headers.get("authorization"));
  auto with = [&](const std::string& value) {
    Request changed = request;
    changed.headers.erase("authorization");
    changed.headers.add("authorization", value);
    return outcome(changed);
  };
  std::string other_key = header;
  other_key.replace(other_key.find("AKIA"), 4, "BKIA");
  EXPECT_EQ(with(other_key), "InvalidAccessKeyId");
  EXPECT_EQ(with("AWS4-HMAC-SHA256 Credential=x"), "AuthorizationHeaderMalformed");
  EXPECT_EQ(with("AWS key:signature"), "InvalidRequest");
}

TEST(Service, RefusesAnonymousAndForeignUsers) {
  SimClient sim;
  sim.put("/bucket", "");
  sim.put("/bucket/key", "x");
  EXPECT_EQ(sim.send_unsigned("GET", "/bucket/key").status, 403);
  EXPECT_EQ(error_code(sim.send_as_stranger("GET", "/bucket/key")), "AccessDenied");
  EXPECT_EQ(error_code(sim.send_as_stranger("GET", "/bucket")), "AccessDenied");
  EXPECT_EQ(error_code(sim.send_as_stranger("PUT", "/bucket")), "BucketAlreadyExists");
  EXPECT_TRUE(texts(sim.send_as_stranger("GET", "/"), "Buckets/Bucket/Name").empty());
}

TEST(Service, ABodyOtherThanTheSignedOneIsRefused) {
  SimClient sim;
  sim.put("/bucket", "");
  EXPECT_EQ(error_code(sim.put("/bucket/key", "x", {{"x-amz-content-sha256", kEmptySha256}})),
            "XAmzContentSHA256Mismatch");
  EXPECT_EQ(sim.put("/bucket/key", "x", {{"x-amz-content-sha256", "UNSIGNED-PAYLOAD"}}).status, 200);
  const std::string hash_of_x = base::to_hex(base::sha256("x"));
  EXPECT_EQ(error_code(sim.put("/bucket/key", "", {{"x-amz-content-sha256", hash_of_x}})),
            "XAmzContentSHA256Mismatch");
  EXPECT_EQ(error_code(sim.put("/bucket/key", "x", {{"x-amz-content-sha256", "whatever"}})),
            "InvalidArgument");
}

}  // namespace
}  // namespace s3c::sim
