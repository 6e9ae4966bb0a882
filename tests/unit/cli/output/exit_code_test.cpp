#include "cli/exit_code.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "archive/cleared_volume.h"
#include "cli/options/usage_error.h"
#include "cli/output/archive_summary.h"
#include "cli/output/gc_summary.h"
#include "cli/output/hints.h"
#include "cli/output/restore_summary.h"
#include "cli/output/standard_output.h"
#include "cli/output/summary_parts.h"
#include "cli/output/verify_summary.h"

namespace s3c::cli {
namespace {

using base::Error;
using base::ErrorContext;
using base::ErrorKind;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ExitCode, OfEachErrorKind) {
  const std::vector<std::pair<ErrorKind, int>> table = {
      {ErrorKind::not_found, 3},        {ErrorKind::precondition_failed, 1},
      {ErrorKind::access_denied, 2},    {ErrorKind::throttled, 1},
      {ErrorKind::transient, 1},        {ErrorKind::corrupt, 1},
      {ErrorKind::invalid_argument, 2}, {ErrorKind::unsupported, 2},
      {ErrorKind::cancelled, 130},      {ErrorKind::internal, 1},
      {ErrorKind::no_bucket, 2},        {ErrorKind::no_upload, 2},
      {ErrorKind::wrong_state, 4},      {ErrorKind::damaged, 5},
  };
  for (const auto& [kind, code] : table) {
    EXPECT_EQ(static_cast<int>(exit_code_of(Error(kind, "x"))), code) << base::to_string(kind);
  }
  EXPECT_EQ(exit_code_of(UsageError("x")), ExitCode::refused);
}

archive::GroupReport group(std::optional<ErrorKind> failure, int left) {
  archive::GroupReport report;
  if (failure) report.failure = Error(*failure, "x");
  for (int i = 0; i < left; ++i) report.left.add({"key", archive::LeftReason::changed, ""});
  return report;
}

struct RunCase {
  std::vector<archive::GroupReport> groups;
  bool interrupted;
  int code;
};

TEST(ExitCode, OfARunIsThatOfItsWorstPart) {
  const auto ok = group(std::nullopt, 0);
  const auto left = group(std::nullopt, 1);
  const auto failed = group(ErrorKind::transient, 0);
  const auto refused = group(ErrorKind::access_denied, 0);
  const auto damaged = group(ErrorKind::damaged, 0);
  const std::vector<RunCase> table = {
      {{}, false, 0},
      {{ok}, false, 0},
      {{ok, left}, false, 3},
      {{failed, ok}, false, 1},
      {{left, failed}, false, 1},
      {{refused}, false, 2},
      {{failed, refused, left}, false, 2},
      {{refused, failed}, false, 2},
      {{refused, damaged, failed}, false, 5},
      {{}, true, 130},
      {{refused, failed, left}, true, 130},
  };
  for (std::size_t i = 0; i < table.size(); ++i) {
    archive::RunReport report;
    report.group_reports = table[i].groups;
    report.interrupted = table[i].interrupted;
    EXPECT_EQ(static_cast<int>(exit_code_of(report)), table[i].code) << "row " << i;
  }
}

TEST(ExitCode, GroupsThatWereNotFoundAreAFailureToo) {
  archive::RunReport report;
  report.group_reports = {group(std::nullopt, 0)};
  report.failure = Error(ErrorKind::transient, "x");
  EXPECT_EQ(exit_code_of(report), ExitCode::failed);
  report.failure = Error(ErrorKind::access_denied, "x");
  EXPECT_EQ(exit_code_of(report), ExitCode::refused);
}

TEST(ExitCode, ObjectsDeletedBySomebodyElseAndLostRacesAreNoFailure) {
  archive::RunReport report;
  report.group_reports.emplace_back();
  report.group_reports.back().vanished = 3;
  report.group_reports.back().lost_races = 1;
  EXPECT_EQ(exit_code_of(report), ExitCode::done);
}

TEST(ExitCode, ALostArchiveOfAnEarlierRunIsNoSuccess) {
  archive::RunReport report;
  report.group_reports.emplace_back();
  report.group_reports.back().lost = {"source-bucket/20180401.zip"};
  EXPECT_EQ(exit_code_of(report), ExitCode::damaged);
}

TEST(ExitCode, OfTwoTheWorseCounts) {
  const auto& order = kWorstFirst;
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = i; j < order.size(); ++j) {
      EXPECT_EQ(worse(order[i], order[j]), order[i]);
      EXPECT_EQ(worse(order[j], order[i]), order[i]);
    }
  }
}

TEST(ExitCode, OfALostResultKeepsWhatItMeans) {
  EXPECT_EQ(code_of_lost_result(ExitCode::done), ExitCode::failed);
  EXPECT_EQ(code_of_lost_result(ExitCode::left), ExitCode::failed);
  EXPECT_EQ(code_of_lost_result(ExitCode::waiting), ExitCode::waiting);
  EXPECT_EQ(code_of_lost_result(ExitCode::damaged), ExitCode::damaged);
  EXPECT_EQ(code_of_lost_result(ExitCode::interrupted), ExitCode::interrupted);
}

TEST(ExitCode, OfACleanUp) {
  upkeep::GcReport report;
  report.removed.add({});
  report.waiting.add({});
  report.young = 1;
  EXPECT_EQ(exit_code_of(report), ExitCode::done);
  report.left.add({});
  EXPECT_EQ(exit_code_of(report), ExitCode::left);
  upkeep::GcReport damaged = report;
  damaged.damaged.add({});
  EXPECT_EQ(exit_code_of(damaged), ExitCode::damaged);
  report.failures.add(Error(ErrorKind::transient, "x"));
  EXPECT_EQ(exit_code_of(report), ExitCode::failed);
  for (int i = 0; i < 30; ++i) report.failures.add(Error(ErrorKind::transient, "x"));
  report.failures.add(Error(ErrorKind::access_denied, "one too many to be kept"));
  EXPECT_EQ(exit_code_of(report), ExitCode::refused);
  report.interrupted = true;
  EXPECT_EQ(exit_code_of(report), ExitCode::interrupted);
}

TEST(ExitCode, OfARestoreWhoseVolumeFrozeAgainSaysRunAgainNow) {
  restore::RestoreReport report;
  report.failed_by_kind[ErrorKind::wrong_state] = 3;
  EXPECT_EQ(exit_code_of(report), ExitCode::failed)
      << "nothing is waited for: the next run asks for the thaw";
  report.failed_by_kind[ErrorKind::damaged] = 1;
  EXPECT_EQ(exit_code_of(report), ExitCode::damaged);
}

TEST(ExitCode, OfARestoreCountsEveryFailureNamedOrNot) {
  restore::RestoreReport report;
  for (int i = 0; i < 30; ++i) report.failures.add(Error(ErrorKind::transient, "x"));
  EXPECT_EQ(exit_code_of(report), ExitCode::failed);
  report.waiting.emplace_back();
  report.existing = 1;
  EXPECT_EQ(exit_code_of(report), ExitCode::failed);
  report.failures.add(Error(ErrorKind::access_denied, "one too many to be kept"));
  EXPECT_EQ(exit_code_of(report), ExitCode::refused);
  report.failed_by_kind[ErrorKind::damaged] = 1;
  EXPECT_EQ(exit_code_of(report), ExitCode::damaged);
  report.interrupted = true;
  EXPECT_EQ(exit_code_of(report), ExitCode::interrupted);
}

TEST(ExitCode, AVerifyThatVerifiedNothingIsNotGreen) {
  upkeep::VerifyReport report;
  EXPECT_EQ(exit_code_of(report), ExitCode::left);
  report.foreign.add("a");
  EXPECT_EQ(exit_code_of(report), ExitCode::left);
  report.volumes = report.whole = 1;
  EXPECT_EQ(exit_code_of(report), ExitCode::done) << "a foreign object beside a volume";
  report.foreign_was_named = true;
  EXPECT_EQ(exit_code_of(report), ExitCode::left);
  report.foreign_was_named = false;
  report.unrecorded.add("b");
  EXPECT_EQ(exit_code_of(report), ExitCode::left);
}

TEST(ExitCode, OfAVerify) {
  upkeep::VerifyReport report;
  report.lost_id.add("a");
  EXPECT_EQ(exit_code_of(report), ExitCode::left);
  report.frozen.add("b");
  EXPECT_EQ(exit_code_of(report), ExitCode::waiting);
  report.failures.add(Error(ErrorKind::access_denied, "x"));
  EXPECT_EQ(exit_code_of(report), ExitCode::refused);
  report.damaged = 1;
  EXPECT_EQ(exit_code_of(report), ExitCode::damaged);
}

TEST(ExitCode, ReadmeHasTheTable) {
  std::ifstream file(std::string(S3C_TEST_DATA) + "/../../README.md");
  const std::string readme{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  std::string table = "| exit code | |\n| --- | --- |\n";
  for (const ExitCodeMeaning& row : kExitCodes)
    table += fmt::format("| {} | {} |\n", static_cast<int>(row.code), row.meaning);
  EXPECT_THAT(readme, HasSubstr(table + "\n"));
  std::vector<int> order;
  for (const ExitCode code : kWorstFirst) order.push_back(static_cast<int>(code));
  order.pop_back();
  EXPECT_THAT(readme,
              HasSubstr(fmt::format("If several apply, the first of {} counts.", fmt::join(order, ", "))));
}

/// A hint must not say that another try helps while the last line says that it doesn't, or the other way round.
TEST(Hints, AgreeWithTheLastLine) {
  EXPECT_THAT(hint_for(Error(ErrorKind::damaged, "x")),
              AllOf(HasSubstr("verify --deep"), Not(HasSubstr("again"))));
  EXPECT_THAT(last_line(ExitCode::failed), HasSubstr("run the same command again"));
  EXPECT_THAT(last_line(ExitCode::refused),
              HasSubstr("put right what is named above, then run the same command"));
  EXPECT_THAT(last_line(ExitCode::damaged), HasSubstr("does not repair"));
  for (const char* code :
       {"ExpiredToken", "RequestTimeTooSkewed", "NoSuchBucket", "InvalidObjectState", ""}) {
    for (int i = 0; i <= static_cast<int>(ErrorKind::internal); ++i) {
      const Error error(static_cast<ErrorKind>(i), "x", {.operation = "GetObject", .code = code});
      const std::string text = hint_for(error) + "; " + std::string(last_line(exit_code_of(error)));
      SCOPED_TRACE(text);
      EXPECT_THAT(text, Not(HasSubstr("won't help")));
    }
  }
}

std::string hint(ErrorKind kind, ErrorContext context = {}) {
  return hint_for(Error(kind, "x", std::move(context)));
}

TEST(Hints, SayWhatToDo) {
  EXPECT_THAT(hint(ErrorKind::access_denied, {.code = "InvalidAccessKeyId"}), HasSubstr("AWS_ACCESS_KEY_ID"));
  EXPECT_THAT(hint(ErrorKind::access_denied, {.code = "SignatureDoesNotMatch"}),
              HasSubstr("AWS_SECRET_ACCESS_KEY"));
  EXPECT_THAT(hint(ErrorKind::access_denied, {.code = "ExpiredToken"}), HasSubstr("expired"));
  EXPECT_THAT(hint(ErrorKind::no_bucket, {.resource = "no-such/key", .code = "NoSuchBucket"}),
              HasSubstr("\"no-such\""));
  EXPECT_THAT(hint(ErrorKind::invalid_argument, {.resource = "b", .code = "PermanentRedirect"}),
              HasSubstr("--region"));
  EXPECT_THAT(hint(ErrorKind::transient), HasSubstr("--endpoint-url"));
  EXPECT_THAT(hint(ErrorKind::transient, {.http_status = 500}), HasSubstr("later"));
  EXPECT_THAT(hint(ErrorKind::throttled), HasSubstr("--threads"));
  EXPECT_THAT(hint(ErrorKind::internal), HasSubstr("bug"));
}

TEST(Hints, DenialsNameThePermissionAndTheBucket) {
  const std::string text = hint(ErrorKind::access_denied, {.operation = "CreateMultipartUpload",
                                                           .resource = "archive-bucket/a.zip",
                                                           .code = "AccessDenied",
                                                           .http_status = 403});
  EXPECT_THAT(text, HasSubstr("s3:PutObject"));
  EXPECT_THAT(text, HasSubstr("arn:aws:s3:::archive-bucket/a.zip"));
  EXPECT_THAT(hint(ErrorKind::access_denied, {.operation = "ListObjectsV2", .resource = "b"}),
              HasSubstr("s3:ListBucket"));
}

TEST(Hints, HeadBucketHasNoReasonSoEveryPossibleOneIsNamed) {
  EXPECT_THAT(hint(ErrorKind::no_bucket, {.operation = "HeadBucket", .resource = "b"}),
              HasSubstr("no bucket \"b\""));
  EXPECT_THAT(hint(ErrorKind::access_denied, {.operation = "HeadBucket", .resource = "b"}),
              AllOf(HasSubstr("secret key"), HasSubstr("s3:ListBucket")));
  EXPECT_THAT(
      hint(ErrorKind::invalid_argument, {.operation = "HeadBucket", .resource = "b", .http_status = 400}),
      HasSubstr("--region"));
  EXPECT_EQ(hint(ErrorKind::invalid_argument, {.operation = "HeadBucket", .resource = "b"}), "")
      << "never sent";
}

TEST(Hints, AResultThatCannotBeWrittenIsNoTroubleWithTheStore) {
  EXPECT_THAT(hint(ErrorKind::transient, {.operation = std::string(kWriteResult)}),
              HasSubstr("standard output"));
}

TEST(Hints, AnUploadThatIsRemovedAgainAndAgainIsNoTroubleWithTheStore) {
  EXPECT_THAT(hint(ErrorKind::transient, archive::cleared({}).context()),
              AllOf(HasSubstr("--garbage-age"), HasSubstr("lifecycle rule"), HasSubstr("again")));
}

TEST(Hints, StepsOfOursAreNoTroubleWithTheStore) {
  EXPECT_THAT(hint(ErrorKind::transient, {.operation = "start thread"}), HasSubstr("--threads"));
  EXPECT_EQ(hint(ErrorKind::transient, {.operation = "commit mark"}), "run the same command again");
  EXPECT_THAT(hint(ErrorKind::transient, {.operation = "GetObject"}), HasSubstr("--endpoint-url"));
}

TEST(Hints, AnArchiveThatStandsInTheWayOfForgetDoesNotGoAwayByItself) {
  EXPECT_EQ(hint(ErrorKind::precondition_failed, {.operation = "forget"}), "");
}

TEST(Hints, UsageErrorsBringTheirOwn) {
  EXPECT_EQ(hint_for(UsageError("what", "do this")), "do this");
}

}  // namespace
}  // namespace s3c::cli
