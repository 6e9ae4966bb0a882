// Where a client sends its requests, in whose name, and what it learns of that from the store's answers.
#include <gtest/gtest.h>

#include "tests/unit/s3/fakes.h"

namespace s3c::s3 {
namespace {

using base::ErrorKind;
using test::answer;
using test::s3_error;

class WhereRequestsGo : public test::S3ClientTest {
 protected:
  void start_in_aws(const std::string& region = "us-east-1") {
    start({.region = region, .retry = {.max_attempts = 4}});
  }
  std::string url(std::size_t i) const { return request(i).url; }
  /// "eu-west-1": the region that request i was signed for.
  std::string signed_for(std::size_t i) const {
    const std::string scope = header(i, "Authorization");
    const std::size_t day = scope.find("/20130524/");
    return scope.substr(day + 10, scope.find("/s3/") - day - 10);
  }
};

TEST_F(WhereRequestsGo, EachBucketsRegionIsLearnedByItself) {
  start_in_aws();
  transport_.add(s3_error(301, "PermanentRedirect", {{"x-amz-bucket-region", "eu-west-1"}}));
  transport_.add(answer(200));
  transport_.add(answer(200));
  transport_.add(answer(200));
  client_->head_bucket("first");
  client_->head_bucket("second");
  client_->head_bucket("first");
  EXPECT_EQ(url(1), "https://first.s3.eu-west-1.amazonaws.com/");
  EXPECT_EQ(signed_for(1), "eu-west-1");
  EXPECT_EQ(url(2), "https://second.s3.us-east-1.amazonaws.com/");
  EXPECT_EQ(signed_for(2), "us-east-1");
  EXPECT_EQ(url(3), "https://first.s3.eu-west-1.amazonaws.com/");
}

TEST_F(WhereRequestsGo, ARefusalThatNamesNoRegionIsFollowedByOneHeadBucket) {
  start_in_aws();
  transport_.add(s3_error(301, "PermanentRedirect"));
  transport_.add(answer(301, "", {{"x-amz-bucket-region", "ap-south-1"}}));
  transport_.add(answer(204));
  client_->abort_multipart_upload("logs", "k", "u");
  EXPECT_EQ(request(1).method, "HEAD");
  EXPECT_EQ(url(1), "https://logs.s3.us-east-1.amazonaws.com/");
  EXPECT_EQ(url(2), "https://logs.s3.ap-south-1.amazonaws.com/k?uploadId=u");
}

/// An answer to HEAD has no body, so its code is missing.
TEST_F(WhereRequestsGo, ABareRefusalOfAHeadIsFollowedByOneHeadBucket) {
  start_in_aws();
  transport_.add(answer(301));
  transport_.add(answer(301, "", {{"x-amz-bucket-region", "ap-south-1"}}));
  transport_.add(answer(200, "", test::object_headers()));
  transport_.add(answer(400));
  transport_.add(answer(400));
  EXPECT_TRUE(client_->head_object("logs", "k"));
  EXPECT_EQ(url(1), "https://logs.s3.us-east-1.amazonaws.com/");
  EXPECT_EQ(url(2), "https://logs.s3.ap-south-1.amazonaws.com/k");
  EXPECT_EQ(error_of([&] { client_->head_object("other", "k"); }).kind(), ErrorKind::invalid_argument);
  EXPECT_EQ(transport_.sent.size(), 5U) << "nobody is asked twice";
}

TEST_F(WhereRequestsGo, IfNobodyTellsTheRegionTheFirstErrorStands) {
  start_in_aws();
  transport_.add(s3_error(400, "AuthorizationHeaderMalformed"));
  transport_.add(answer(403));
  const base::Error error = error_of([&] { client_->abort_multipart_upload("logs", "k", "u"); });
  EXPECT_EQ(error.context().code, "AuthorizationHeaderMalformed");
  EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
}

TEST_F(WhereRequestsGo, AYoungBucketsRedirectIsFollowedAndSignedAnew) {
  start_in_aws();
  transport_.add(
      s3_error(307, "TemporaryRedirect", {{"Location", "https://logs.s3-us-west-2.amazonaws.com/k"}}));
  transport_.add(answer(204));
  transport_.add(answer(200));
  client_->abort_multipart_upload("logs", "k", "u");
  client_->head_bucket("logs");
  EXPECT_EQ(url(1), "https://logs.s3.us-west-2.amazonaws.com/k?uploadId=u");
  EXPECT_EQ(signed_for(1), "us-west-2");
  EXPECT_NE(header(0, "Authorization"), header(1, "Authorization"));
  EXPECT_EQ(url(2), "https://logs.s3.us-west-2.amazonaws.com/");
}

TEST_F(WhereRequestsGo, ARedirectOutOfTheStoreGetsNoRequest) {
  start_in_aws();
  for (int i = 0; i < 4; ++i)
    transport_.add(
        s3_error(307, "TemporaryRedirect", {{"Location", "https://logs.s3.us-west-2.evil.example/k"}}));
  EXPECT_EQ(error_of([&] { client_->abort_multipart_upload("logs", "k", "u"); }).kind(),
            ErrorKind::transient);
  for (const test::Sent& sent : transport_.sent)
    EXPECT_EQ(sent.request.url, "https://logs.s3.us-east-1.amazonaws.com/k?uploadId=u");
}

TEST_F(WhereRequestsGo, RedirectsInACircleEnd) {
  start({.endpoint = {.url = "http://store.example"}, .retry = {.max_attempts = 2}});
  const std::string here = "http://store.example/";
  const std::string there = "http://a.store.example/";
  // The second try begins where the first one ended.
  for (const std::string& location : {there, here, here, there})
    transport_.add(s3_error(307, "TemporaryRedirect", {{"Location", location}}));
  EXPECT_EQ(error_of([&] { client_->head_bucket("logs"); }).kind(), ErrorKind::transient);
  EXPECT_EQ(transport_.sent.size(), 4U) << "in each of two tries one redirect is followed";
}

TEST_F(WhereRequestsGo, WithoutCredentialsNothingIsSigned) {
  client_ =
      std::make_unique<S3Client>(S3ClientConfig{.region = "us-east-1", .retry = {.max_attempts = 1}}, nullptr,
                                 transport_, clock_, base::make_null_logger(), stop_.get_token());
  transport_.add(answer(301, "", {{"x-amz-bucket-region", "eu-west-1"}}));
  transport_.add(answer(200));
  transport_.add(s3_error(400, "ExpiredToken"));
  client_->head_bucket("public");
  EXPECT_EQ(error_of([&] { client_->head_bucket("public"); }).context().code, "ExpiredToken");
  for (std::size_t i = 0; i < transport_.sent.size(); ++i) {
    for (const char* name : {"Authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"})
      EXPECT_EQ(header(i, name), "(none)") << name;
  }
  EXPECT_EQ(url(1), "https://public.s3.eu-west-1.amazonaws.com/");
}

TEST_F(WhereRequestsGo, EveryRequestSaysWhoPaysAndWhoMustOwnTheBucket) {
  start({.endpoint = {.url = "http://store"}, .requester_pays = true, .expected_owner = "123456789012"});
  transport_.add(answer(200));
  transport_.add(answer(204));
  transport_.add(answer(200, "<CopyPartResult><ETag>\"e\"</ETag></CopyPartResult>"));
  client_->head_bucket("logs");
  client_->abort_multipart_upload("logs", "k", "u");
  client_->upload_part_copy({.bucket = "logs",
                             .key = "k",
                             .upload_id = "u",
                             .part_number = 1,
                             .source_key = "a b",
                             .source_etag = "e"});
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(header(i, "x-amz-request-payer"), "requester");
    EXPECT_EQ(header(i, "x-amz-expected-bucket-owner"), "123456789012");
    const std::string authorization = header(i, "Authorization");
    EXPECT_NE(authorization.find("x-amz-expected-bucket-owner"), std::string::npos) << "signed";
  }
  EXPECT_EQ(header(2, "x-amz-source-expected-bucket-owner"), "123456789012");
  EXPECT_EQ(header(2, "x-amz-copy-source"), "/logs/a%20b");
}

/// The store doesn't say why it denies a request, so the error names what the request demanded.
TEST_F(WhereRequestsGo, ADeniedRequestNamesWhatItDemanded) {
  start({.endpoint = {.url = "http://store"},
         .retry = {.max_attempts = 1},
         .denial_note = "the bucket may not be account 1's"});
  const auto message_of = [this](const test::Step& step) {
    transport_.add(step);
    return error_of([&] { client_->head_bucket("logs"); }).message();
  };
  EXPECT_EQ(message_of(answer(403)), "access denied; the bucket may not be account 1's");
  EXPECT_EQ(message_of(s3_error(403, "SignatureDoesNotMatch")),
            "the signature is wrong: check the secret key");
  EXPECT_EQ(message_of(answer(404)), "not found");
}

TEST_F(WhereRequestsGo, AnUnsignedRequestThatIsDeniedWasNobodys) {
  client_ = std::make_unique<S3Client>(
      S3ClientConfig{.endpoint = {.url = "http://store"},
                     .retry = {.max_attempts = 1},
                     .caller =
                         [](const aws::Credentials* credentials) {
                           return std::string(credentials == nullptr ? "everybody" : "somebody");
                         }},
      nullptr, transport_, clock_, base::make_null_logger(), stop_.get_token());
  transport_.add(answer(403));
  EXPECT_EQ(error_of([&] { client_->head_bucket("public"); }).context().caller(), "everybody");
}

TEST_F(WhereRequestsGo, WithoutBeingAskedNoneOfThemSaysSo) {
  transport_.add(answer(200));
  client_->head_bucket("logs");
  EXPECT_EQ(header(0, "x-amz-request-payer"), "(none)");
  EXPECT_EQ(header(0, "x-amz-expected-bucket-owner"), "(none)");
}

TEST_F(WhereRequestsGo, ACopyThroughAnAccessPointNamesItsArn) {
  start_in_aws("us-west-2");
  transport_.add(answer(200, "<CopyPartResult><ETag>\"e\"</ETag></CopyPartResult>"));
  const std::string point = "arn:aws:s3:us-west-2:123456789012:accesspoint:my-point";
  client_->upload_part_copy({.bucket = point,
                             .key = "k",
                             .upload_id = "u",
                             .part_number = 1,
                             .source_key = "a/b c",
                             .source_etag = "e"});
  EXPECT_EQ(header(0, "x-amz-copy-source"),
            "arn%3Aaws%3As3%3Aus-west-2%3A123456789012%3Aaccesspoint/my-point/object/a/b%20c");
  EXPECT_EQ(url(0),
            "https://my-point-123456789012.s3-accesspoint.us-west-2.amazonaws.com/k?partNumber=1&uploadId=u");
}

TEST_F(WhereRequestsGo, AnAccessPointsRegionStandsWhateverAnAnswerSays) {
  start_in_aws();
  transport_.add(s3_error(400, "AuthorizationHeaderMalformed", {{"x-amz-bucket-region", "eu-west-1"}}));
  const auto head = [&] { client_->head_bucket("arn:aws:s3:us-west-2:123456789012:accesspoint:my-point"); };
  EXPECT_EQ(error_of(head).context().code, "AuthorizationHeaderMalformed");
  EXPECT_EQ(signed_for(0), "us-west-2");
}

}  // namespace
}  // namespace s3c::s3
