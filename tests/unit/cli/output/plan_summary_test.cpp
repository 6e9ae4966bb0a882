#include "cli/output/plan_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/output/format.h"

namespace s3c::cli {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

base::Timestamp now() {
  return *base::parse_iso8601("2026-08-01T00:00:00Z");
}

class PlanSummary : public ::testing::Test {
 protected:
  PlanSummary() : result_{plan::PlanReport(base::list_prices()), {}} {
    settings_.prices = std::shared_ptr<const base::Prices>(std::shared_ptr<void>(), &base::list_prices());
    settings_.options.prices = &base::list_prices();
    settings_.options.selection.bucket = "source";
    settings_.options.archive_bucket = "archive";
    settings_.archive_region = settings_.source_region = "us-east-1";
    report().planned_at = now();
  }

  plan::PlanReport& report() { return result_.report; }

  /// So many objects that are to be archived, into one volume of half their size.
  void add(std::uint64_t objects, std::uint64_t bytes, const std::string& storage_class = "STANDARD",
           int age_days = 400) {
    s3::ObjectSummary object;
    object.key = "sources/2018/04/01/order.xml";
    object.size_bytes = bytes;
    object.storage_class = storage_class;
    object.last_modified = now() - std::chrono::days(age_days);
    plan::Figures& total = report().total;
    for (std::uint64_t i = 0; i < objects; ++i) total.add_to_archive(object, now());
    total.requests.add(s3::Operation::get_object, objects, storage_class);
    total.archive_bytes += objects * bytes / 2;
    total.archived.add(settings_.options.storage_class, objects * bytes / 2, plan::kAlwaysIdle);
    ++total.volumes;
    ++report().groups;
    ++report().groups_to_archive;
    result_.shown.push_back({"sources/2018/04/01/", objects, objects * bytes, 1, objects * bytes / 2});
  }

  PlanOutcome outcome() { return {settings_, result_, {}, std::chrono::seconds(1), exit_code_of(result_)}; }
  std::string text() { return text_summary(outcome()); }
  std::vector<std::string> warnings() {
    return plan_warnings(settings_, report(),
                         plan::costs_of(report().total, base::list_prices(), settings_.options.storage_class,
                                        settings_.options.keep_sources));
  }

  PlanSettings settings_;
  PlanResult result_;
};

TEST_F(PlanSummary, FitsOnAScreenOf80Columns) {
  settings_.options.storage_class = "DEEP_ARCHIVE";
  for (const std::uint64_t bytes : {100u, 2000u, 9000u, 100'000u, 900'000u, 9'000'000u, 90'000'000u})
    add(1000, bytes, "STANDARD_IA", 3);
  add(1, std::uint64_t{1} << 50);  // a petabyte
  result_.shown[0].prefix = std::string(200, 'x') + "/";
  result_.shown[1].prefix = "sources/\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d\n/";
  report().groups_to_archive = 1'234'567;
  std::istringstream lines(text());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) EXPECT_LE(display_width(line), 80u) << line;
  EXPECT_LT(count, 60);
  EXPECT_THAT(text(), HasSubstr("and 1,234,559 more"));
}

TEST_F(PlanSummary, SmallObjectsPayAndNeedNoNote) {
  add(10'000, 4096);
  EXPECT_TRUE(warnings().empty()) << warnings().front();
  EXPECT_THAT(text(), HasSubstr("pays:     after "));
  EXPECT_THAT(text(), HasSubstr("10,000 objects"));
}

TEST_F(PlanSummary, SaysWhenNotTo) {
  add(2, kGiB);
  EXPECT_THAT(warnings(), Contains(HasSubstr("are already large")));
  EXPECT_THAT(warnings(), Contains(HasSubstr("a lifecycle rule to GLACIER is enough")).Times(0))
      << "the archives are half as large";
  report().total.archived.add("GLACIER", kGiB, plan::kAlwaysIdle);
  EXPECT_THAT(warnings(), Contains(HasSubstr("a lifecycle rule to GLACIER is enough")));
  report().total.archived.add("STANDARD", 3 * kGiB, 0);
  EXPECT_THAT(warnings(), Contains(HasSubstr("do not archive")));
  EXPECT_THAT(warnings(), Contains(HasSubstr("INTELLIGENT_TIERING is cheaper")));
  EXPECT_THAT(text(), HasSubstr("pays:     never"));
}

TEST_F(PlanSummary, TheNoteHasTheDaysOfTheSummary) {
  add(1'000, 1'500);
  for (int more = 0; more < 20; ++more) {  // each adds days until the run pays
    add(1, 500);
    const std::string shown = text();
    const std::size_t at = shown.find("pays:     after ") + std::string_view("pays:     after ").size();
    const std::string days = shown.substr(at, shown.find(',', at) - at);
    EXPECT_THAT(warnings(), Contains(HasSubstr("the run pays only after " + days))) << shown;
  }
}

TEST_F(PlanSummary, NamesObjectsThatAreTooYoung) {
  add(10, 200'000, "STANDARD_IA", 10);
  EXPECT_THAT(warnings(), Contains(HasSubstr("younger than the minimum of their storage class")));
  EXPECT_THAT(warnings(), Contains(HasSubstr("2026-08-21")));
  settings_.options.keep_sources = true;
  EXPECT_THAT(warnings(), Contains(HasSubstr("younger")).Times(0));
  EXPECT_THAT(warnings(), Contains(HasSubstr("--keep-sources saves nothing")));
}

TEST_F(PlanSummary, NamesWhatTheFiguresLeaveOut) {
  add(10, 4096, "NEW_CLASS");
  report().total.frozen.add(5);
  report().total.too_large.add(5);
  report().total.not_selected.add(5);
  report().outside.objects.add("sources/readme");
  report().lost.add("source/20180401.zip");
  report().unfinished = 2;
  report().keeps_versions = true;
  settings_.with_kms = true;
  settings_.archive_region = "eu-central-1";
  for (const char* words :
       {"no prices for the class NEW_CLASS", "1 object (5 B) are frozen", "--memory", "not selected",
        "fits no group", "1 archive of committed volumes is gone: source/20180401.zip",
        "2 unfinished volumes", "keeps versions", "KMS", "no list prices of eu-central-1",
        "us-east-1 and eu-central-1"})
    EXPECT_THAT(warnings(), Contains(HasSubstr(words))) << words;
  settings_.is_aws = false;
  EXPECT_THAT(warnings(), Contains(HasSubstr("not in S3")));
  settings_.price_file = "mine.json";
  EXPECT_THAT(warnings(), Not(Contains(HasSubstr("not in S3"))));
}

TEST_F(PlanSummary, AnIncompletePlanFails) {
  add(10, 4096);
  report().failure = base::Error(base::ErrorKind::transient, "InternalError");
  EXPECT_EQ(exit_code_of(result_), ExitCode::failed);
  EXPECT_THAT(text(), HasSubstr("INCOMPLETE"));
  report().interrupted = true;
  EXPECT_EQ(exit_code_of(result_), ExitCode::interrupted);
}

TEST_F(PlanSummary, TheDocumentIsOne) {
  add(10, 4096);
  const nlohmann::json json = nlohmann::json::parse("{\"groups\": []," + json_summary(outcome()));
  EXPECT_EQ(json["command"], "plan");
  EXPECT_EQ(json["exit_code"], 0);
  EXPECT_EQ(json["total"]["objects"], 10);
  EXPECT_EQ(json["total"]["requests"]["GetObject"], 10);
  EXPECT_DOUBLE_EQ(json["total"]["request_dollars"], 10 * 0.0004 / 1000);
  EXPECT_TRUE(json["total"]["monthly_dollars"]["lifecycle"].is_number());
  EXPECT_TRUE(json["warnings"].is_array());
}

TEST(FormatDollars, HasTwoDigitsThatCount) {
  EXPECT_EQ(format_dollars(0), "$0");
  EXPECT_EQ(format_dollars(0.0000123), "$0.000012");
  EXPECT_EQ(format_dollars(0.05), "$0.050");
  EXPECT_EQ(format_dollars(0.42), "$0.42");
  EXPECT_EQ(format_dollars(0.996), "$1.00");
  EXPECT_EQ(format_dollars(3.14159), "$3.14");
  EXPECT_EQ(format_dollars(999.99), "$999.99");
  EXPECT_EQ(format_dollars(1234.5), "$1,235");
}

TEST_F(PlanSummary, TellsWhatWasSplit) {
  add(30, 1000);
  EXPECT_THAT(text(), Not(HasSubstr("split:")));
  EXPECT_EQ(split_json(outcome()), Json::object());
  settings_.options.split = 3;
  settings_.split = {"s3://lists/a/", "s3compress archive --bucket source --manifest "};
  report().split.emplace();
  EXPECT_THAT(text(), HasSubstr("split:    none of 3 manifests was written\n"));
  report().split->tasks.push_back({"s3://lists/a/task-0000-of-0003.csv.gz", 2, 20, 20'000});
  EXPECT_THAT(text(), HasSubstr("split:    only 1 of 3 manifests was written to s3://lists/a/: remove it"));
  report().split->tasks.push_back({"s3://lists/a/task-0001-of-0003.csv.gz", 1, 10, 10'000});
  report().split->tasks.push_back({"s3://lists/a/task-0002-of-0003.csv.gz", 0, 0, 0});
  EXPECT_THAT(text(),
              HasSubstr("split:    3 tasks of 10 objects (10.0 KB) on average, 20 objects (20.0 KB) the "
                        "largest; in s3://lists/a/\n"));
  EXPECT_THAT(text(), HasSubstr("1 task has nothing to do"));
  EXPECT_THAT(text(), HasSubstr("one task: s3compress archive --bucket source --manifest "
                                "s3://lists/a/task-0000-of-0003.csv.gz\n"));
  const Json split = split_json(outcome()).at("split");
  EXPECT_EQ(split.at("out"), "s3://lists/a/");
  ASSERT_EQ(split.at("tasks").size(), 3u);
  EXPECT_EQ(split.at("tasks")[1].dump(),
            R"({"file":"s3://lists/a/task-0001-of-0003.csv.gz","groups":1,"objects":10,"bytes":10000})");
}

}  // namespace
}  // namespace s3c::cli
