#include "cli/output/whoami_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace s3c::cli {
namespace {

using ::testing::HasSubstr;
using Document = nlohmann::json;

WhoamiReport found_report() {
  WhoamiReport report;
  report.credentials = {"sso", "****************WXYZ", base::parse_iso8601("2026-08-01T12:00:00.250Z")};
  report.tried = {{"env", "AWS_ACCESS_KEY_ID is not set"}, {"sso", "found"}};
  report.profile = {"ops", "AWS_PROFILE"};
  report.region = {"eu-west-1", "/home/me/.aws/config:3"};
  report.endpoint = {"https://s3.eu-west-1.amazonaws.com", "default"};
  report.identity = {"123456789012", "arn:aws:sts::123456789012:assumed-role/Ops/me"};
  return report;
}

/// The document without the fields that every summary has.
Document document_of(const WhoamiReports& reports) {
  Document document = Document::parse(whoami_json(reports, ExitCode::refused));
  EXPECT_EQ(document["command"], "whoami");
  EXPECT_EQ(document["outcome"], "refused");
  EXPECT_EQ(document["exit_code"], 2);
  for (const char* name : {"command", "version", "outcome", "exit_code"}) document.erase(name);
  return document;
}

TEST(WhoamiSummary, JsonIsOneDocumentOfTheseFields) {
  EXPECT_EQ(document_of({found_report(), {}}), Document::parse(R"({
      "credentials": {"source": "sso", "access_key_id": "****************WXYZ", "expires_at": "2026-08-01T12:00:00Z",
                      "tried": [{"source": "env", "result": "AWS_ACCESS_KEY_ID is not set"},
                                {"source": "sso", "result": "found"}]},
      "profile": {"value": "ops", "source": "AWS_PROFILE"},
      "region": {"value": "eu-west-1", "source": "/home/me/.aws/config:3"},
      "endpoint": {"value": "https://s3.eu-west-1.amazonaws.com", "source": "default"},
      "identity": {"account": "123456789012", "arn": "arn:aws:sts::123456789012:assumed-role/Ops/me"}})"));
}

TEST(WhoamiSummary, WhatIsNotKnownIsNull) {
  WhoamiReport report = found_report();
  report.credentials->expires_at.reset();
  report.identity.reset();
  const Document document = document_of({report, {}});
  EXPECT_TRUE(document["credentials"]["expires_at"].is_null());
  EXPECT_TRUE(document["identity"].is_null());
  EXPECT_FALSE(document.contains("error"));
}

TEST(WhoamiSummary, WithoutCredentialsTheErrorAndWhatWasTried) {
  WhoamiReport report = found_report();
  report.credentials.reset();
  report.identity.reset();
  report.region.reset();
  report.error =
      base::Error(base::ErrorKind::access_denied, "no credentials: do this", {.operation = "credentials"});
  const Document document = document_of({report, {}});
  EXPECT_TRUE(document["credentials"].is_null());
  EXPECT_TRUE(document["region"].is_null());
  EXPECT_EQ(document["error"]["message"], "no credentials: do this");
  EXPECT_EQ(document["tried"].size(), 2U);
  EXPECT_THAT(whoami_text({report, {}}), HasSubstr("credentials  none\n"));
}

TEST(WhoamiSummary, TextIsForPeopleAndNoTerminalObeysIt) {
  WhoamiReport report = found_report();
  report.profile.value = "a\x1b[2Jb";
  const std::string text = whoami_text({report, {}});
  EXPECT_THAT(text,
              HasSubstr("credentials  sso, access key ****************WXYZ, until 2026-08-01T12:00:00Z\n"));
  EXPECT_THAT(text, HasSubstr("  env  AWS_ACCESS_KEY_ID is not set\n  sso  found\n"));
  EXPECT_THAT(text, HasSubstr("a\\x1b[2Jb"));
}

TEST(WhoamiSummary, TwoStoresAreTwoDocumentsInOne) {
  WhoamiReport archive = found_report();
  archive.profile = {"backup", "--archive-profile"};
  const WhoamiReports reports{found_report(), archive};
  const Document document = document_of(reports);
  EXPECT_EQ(document.size(), 2U);
  EXPECT_EQ(document["source"], document_of({found_report(), {}}));
  EXPECT_EQ(document["archive"], document_of({archive, {}}));
  const std::string text = whoami_text(reports);
  EXPECT_LT(text.find("The source bucket's store"), text.find("profile      ops (AWS_PROFILE)"));
  EXPECT_LT(text.find("The archive bucket's store"), text.find("profile      backup (--archive-profile)"));
}

}  // namespace
}  // namespace s3c::cli
