#include "s3/error_mapping.h"

#include <gtest/gtest.h>

#include "s3/retry.h"
#include "tests/unit/s3/fakes.h"

namespace s3c::s3::test {
namespace {

using base::ErrorKind;

base::Error map(const Step& step) {
  return error_from_answer("GetObject", "b/k", step.answer);
}

TEST(ErrorMapping, CodeDecidesBeforeStatus) {
  const std::vector<std::tuple<int, std::string, ErrorKind>> cases = {
      {404, "NoSuchKey", ErrorKind::not_found},
      {404, "NoSuchBucket", ErrorKind::no_bucket},
      {404, "NoSuchUpload", ErrorKind::no_upload},
      {412, "PreconditionFailed", ErrorKind::precondition_failed},
      {409, "ConditionalRequestConflict", ErrorKind::precondition_failed},
      {409, "OperationAborted", ErrorKind::transient},
      {403, "AccessDenied", ErrorKind::access_denied},
      {403, "InvalidAccessKeyId", ErrorKind::access_denied},
      {404, "XAdminUserNotFound", ErrorKind::access_denied},
      {403, "SignatureDoesNotMatch", ErrorKind::access_denied},
      {403, "InvalidObjectState", ErrorKind::wrong_state},
      {400, "ExpiredToken", ErrorKind::access_denied},
      {400, "RequestTimeout", ErrorKind::transient},
      {400, "BadDigest", ErrorKind::corrupt},
      {400, "SomethingNew", ErrorKind::invalid_argument},
      {416, "InvalidRange", ErrorKind::invalid_argument},
      {501, "NotImplemented", ErrorKind::unsupported},
      {500, "InternalError", ErrorKind::transient},
      {500, "SomethingNew", ErrorKind::transient},
      {409, "RestoreAlreadyInProgress", ErrorKind::precondition_failed},
      {503, "GlacierExpeditedRetrievalNotAvailable", ErrorKind::unsupported},
      {400, "InvalidTag", ErrorKind::invalid_argument},
      {503, "SlowDown", ErrorKind::throttled},
      {503, "ServiceUnavailable", ErrorKind::transient},
      {200, "SlowDown", ErrorKind::throttled},
      {200, "InternalError", ErrorKind::transient},
      {200, "SomethingNew", ErrorKind::transient},
  };
  for (const auto& [status, code, kind] : cases) {
    EXPECT_EQ(base::to_string(map(s3_error(status, code)).kind()), base::to_string(kind))
        << status << " " << code;
  }
}

TEST(ErrorMapping, StatusAloneWhenThereIsNoDocument) {
  const std::vector<std::pair<int, ErrorKind>> cases = {
      {400, ErrorKind::invalid_argument},    {403, ErrorKind::access_denied},
      {404, ErrorKind::not_found},           {409, ErrorKind::precondition_failed},
      {412, ErrorKind::precondition_failed}, {429, ErrorKind::throttled},
      {500, ErrorKind::transient},           {502, ErrorKind::transient},
      {503, ErrorKind::throttled},           {504, ErrorKind::transient},
      {301, ErrorKind::invalid_argument},    {501, ErrorKind::unsupported},
  };
  for (const auto& [status, kind] : cases) EXPECT_EQ(map(answer(status)).kind(), kind) << status;
}

TEST(ErrorMapping, KeepsWhatIsKnown) {
  const auto error = map(s3_error(404, "NoSuchKey", {{"x-amz-request-id", "R9"}}));
  EXPECT_EQ(error.context().operation, "GetObject");
  EXPECT_EQ(error.context().resource, "b/k");
  EXPECT_EQ(error.context().code, "NoSuchKey");
  EXPECT_EQ(error.context().http_status, 404);
  EXPECT_EQ(error.context().request_id, "R9");
}

TEST(ErrorMapping, AnEmptyMessageGetsAText) {
  EXPECT_EQ(map(answer(404, "<Error><Code>NoSuchBucket</Code><Message></Message></Error>")).message(),
            "there is no such bucket");
  EXPECT_EQ(
      map(answer(404, "<Error><Code>NoSuchBucket</Code><Message>It is gone.</Message></Error>")).message(),
      "It is gone");
}

TEST(ErrorMapping, RegionHints) {
  EXPECT_EQ(region_hint(answer(301, "", {{"x-amz-bucket-region", "eu-west-1"}}).answer), "eu-west-1");
  EXPECT_EQ(
      region_hint(
          answer(400, "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-2</Region></Error>")
              .answer),
      "eu-west-2");
  EXPECT_EQ(region_hint(answer(404).answer), "");
}

TEST(ErrorMapping, RetryAfter) {
  using std::chrono::milliseconds;
  EXPECT_EQ(retry_after(answer(503, "", {{"x-amz-retry-after", "1500"}}).answer), milliseconds(1500));
  EXPECT_EQ(retry_after(answer(503, "", {{"Retry-After", "3"}}).answer), milliseconds(3000));
  EXPECT_EQ(retry_after(answer(503, "", {{"Retry-After", "86400"}}).answer), milliseconds(60'000));
  EXPECT_EQ(retry_after(answer(503, "", {{"Retry-After", "Sun, 01 Apr 2018 12:00:00 GMT"}}).answer),
            std::nullopt);
  EXPECT_EQ(retry_after(answer(503).answer), std::nullopt);
}

TEST(RetryPolicy, OnlyTransientAndThrottledAreTriedAgain) {
  for (const ErrorKind kind :
       {ErrorKind::not_found, ErrorKind::precondition_failed, ErrorKind::access_denied, ErrorKind::corrupt,
        ErrorKind::invalid_argument, ErrorKind::unsupported, ErrorKind::cancelled, ErrorKind::internal}) {
    EXPECT_FALSE(is_retryable(base::Error(kind, ""))) << base::to_string(kind);
  }
  EXPECT_TRUE(is_retryable(base::Error(ErrorKind::transient, "")));
  EXPECT_TRUE(is_retryable(base::Error(ErrorKind::throttled, "")));
}

}  // namespace
}  // namespace s3c::s3::test
