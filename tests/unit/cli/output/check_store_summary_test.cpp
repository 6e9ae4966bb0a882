#include "cli/output/check_store_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace s3c::cli {
namespace {

using s3::Power;
using ::testing::HasSubstr;
using upkeep::StoreCheckReport;
using Document = nlohmann::json;
using Found = upkeep::PowerFinding::Found;

const upkeep::StoreCheckOptions kBoth = {.archive_bucket = "arch", .bucket = "src"};

StoreCheckReport some_report() {
  StoreCheckReport report;
  report.findings = {{Power::listing, "arch", Found::yes},
                     {Power::conditional_complete, "arch", Found::no, "two were sent at once"},
                     {Power::atomic_complete, "arch", Found::unknown, "no trial can show it"},
                     {Power::conditional_delete, "src", Found::yes, "", true}};
  return report;
}

CheckStoreOutcome outcome_of(const StoreCheckReport& report) {
  return {
      kBoth, report, {{{"PutObject", 5}}, 0, 0, 0}, std::chrono::milliseconds(1200), exit_code_of(report)};
}

TEST(CheckStoreSummary, IsATableForEachBucket) {
  const StoreCheckReport report = some_report();
  const std::string text = text_summary(outcome_of(report));
  EXPECT_THAT(
      text,
      HasSubstr("archive bucket arch\n  power                      found\n"
                "  listing                    yes\n"
                "  conditional-complete       no       two were sent at once; without it: each commit"));
  EXPECT_THAT(text, HasSubstr("  atomic-complete            unknown  no trial can show it; without it: as "));
  EXPECT_THAT(
      text,
      HasSubstr("source bucket src\n  power                      found\n  conditional-delete         yes\n"));
  EXPECT_THAT(text, HasSubstr("nothing stays behind\n"));
  EXPECT_THAT(text, ::testing::EndsWith("archive can run safely here\n"));
  EXPECT_EQ(problems_text(outcome_of(report)), "");
  EXPECT_EQ(exit_code_of(report), ExitCode::done);
}

TEST(CheckStoreSummary, TheExitCodeSaysWhetherArchiveIsSafe) {
  StoreCheckReport report = some_report();
  report.left.push_back({"arch", "s3compress_catalog/probe/01A-x", "v1", "", "AccessDenied"});
  EXPECT_EQ(exit_code_of(report), ExitCode::left);
  EXPECT_THAT(problems_text(outcome_of(report)),
              HasSubstr("LEFT BEHIND: 1 thing could not be removed\n"
                        "  arch/s3compress_catalog/probe/01A-x version v1: AccessDenied\n"));
  report.failures.add(base::Error(base::ErrorKind::transient, "no answer"));
  EXPECT_EQ(exit_code_of(report), ExitCode::failed);
  report.findings.push_back({Power::harmless_aborts, "arch", Found::no, "removes it"});
  EXPECT_EQ(exit_code_of(report), ExitCode::refused);
  EXPECT_THAT(problems_text(outcome_of(report)),
              ::testing::EndsWith("NOT SAFE: don't run archive here, the store lacks harmless-aborts\n"));
  EXPECT_THAT(text_summary(outcome_of(report)), ::testing::Not(HasSubstr("safely")));
  report.interrupted = true;
  EXPECT_EQ(exit_code_of(report), ExitCode::interrupted);
}

TEST(CheckStoreSummary, ARequiredPowerThatIsUnknownIsNoSafeOne) {
  StoreCheckReport report;
  report.findings = {{Power::listing, "arch", Found::unknown, "AccessDenied"}};
  report.failures.add(base::Error(base::ErrorKind::access_denied, "no"));
  EXPECT_EQ(exit_code_of(report), ExitCode::refused);
  EXPECT_THAT(text_summary(outcome_of(report)), ::testing::Not(HasSubstr("safely")));
}

TEST(CheckStoreSummary, JsonHasTheSame) {
  StoreCheckReport report = some_report();
  report.left.push_back({"arch", "k", "", "u1", ""});
  const Document json = Document::parse(json_summary(outcome_of(report)));
  EXPECT_EQ(json["command"], "check-store");
  EXPECT_EQ(json["exit_code"], 3);
  EXPECT_EQ(json["archive_bucket"], "arch");
  EXPECT_EQ(json["bucket"], "src");
  ASSERT_EQ(json["powers"].size(), 4u);
  EXPECT_EQ(json["powers"][1]["power"], "conditional-complete");
  EXPECT_EQ(json["powers"][1]["bucket"], "arch");
  EXPECT_EQ(json["powers"][1]["role"], "archive");
  EXPECT_EQ(json["powers"][3]["role"], "source");
  EXPECT_EQ(json["powers"][1]["found"], "no");
  EXPECT_EQ(json["powers"][1]["required"], false);
  EXPECT_EQ(json["powers"][0]["required"], true);
  EXPECT_EQ(json["left"],
            Document::parse(R"([{"bucket": "arch", "key": "k", "version_id": "", "upload_id": "u1",
                                               "why": ""}])"));
  EXPECT_EQ(json["requests"]["total"], 5);
}

TEST(CheckStoreSummary, ADryRunClaimsNothing) {
  const upkeep::StoreCheckOptions options = {.archive_bucket = "arch", .bucket = "", .dry_run = true};
  const StoreCheckReport report;
  const std::string text = text_summary(CheckStoreOutcome{options, report, {}});
  EXPECT_THAT(text, HasSubstr("dry run: "));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("safely")));
}

}  // namespace
}  // namespace s3c::cli
