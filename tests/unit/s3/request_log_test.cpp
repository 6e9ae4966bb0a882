// What -vv logs of each request.
#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

#include "tests/unit/s3/fakes.h"

namespace s3c::s3::test {
namespace {

using base::ErrorKind;
using testing::HasSubstr;
using testing::Not;

using RequestLogTest = S3ClientTest;

/// Nothing that could be a secret is logged.
TEST_F(RequestLogTest, EachRequestIsLogged) {
  std::ostringstream text;
  auto log = std::make_shared<base::Logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text));
  log->set_level(spdlog::level::debug);
  S3Client client({.endpoint = {.url = "http://store"}, .retry = {.max_attempts = 2}},
                  std::make_shared<aws::StaticCredentials>(aws::Credentials{"AK", "SECRET", "TOKEN"}),
                  transport_, clock_, log, {});
  Fields headers = object_headers();
  headers.emplace_back("x-amz-request-id", "R7");
  transport_.add(broken());
  transport_.add(answer(200, "x", headers));
  client.get_object({.bucket = "b", .key = "a\nb", .version_id = "v1"});
  EXPECT_THAT(text.str(), testing::ContainsRegex(
                              "GetObject: GET b/a.x0ab: no whole answer .connection broke., [0-9]+ ms"));
  EXPECT_THAT(text.str(), testing::ContainsRegex("GetObject: GET b/a.x0ab: 200, request id R7, [0-9]+ ms"));
  transport_.add(s3_error(403, "AccessDenied"));
  EXPECT_EQ(error_of([&] { client.head_object("b", "k"); }).kind(), ErrorKind::access_denied);
  EXPECT_THAT(text.str(), testing::ContainsRegex("HeadObject: HEAD b/k: 403, request id none, [0-9]+ ms"));
  for (const char* secret : {"AK", "SECRET", "TOKEN", "v1", "Signature"})
    EXPECT_THAT(text.str(), Not(HasSubstr(secret)));
}

}  // namespace
}  // namespace s3c::s3::test
