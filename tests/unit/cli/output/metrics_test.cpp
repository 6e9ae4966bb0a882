#include "cli/output/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <sstream>

#include "cli/options/usage_error.h"
#include "cli/output/run_counts.h"
#include "cli/output/whole_file.h"
#include "tests/unit/cli/temporary_file.h"

namespace s3c::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::TemporaryFile;
namespace fs = std::filesystem;

std::string text_of_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

MetricsNow sample() {
  s3::RequestStats stats;
  stats.count_request(s3::Operation::get_object, 0);
  stats.count_end(s3::Operation::get_object, 200, std::chrono::milliseconds(7));
  stats.count_request(s3::Operation::get_object, 0);
  stats.count_end(s3::Operation::get_object, 503, std::chrono::seconds(70));
  stats.count_throttled(s3::Operation::get_object);
  stats.count_request(s3::Operation::get_object, 0);
  stats.count_retry(s3::Operation::get_object);
  stats.count_request(s3::Operation::put_object, 100);
  stats.count_end(s3::Operation::put_object, 0, std::chrono::milliseconds(1));
  stats.count_request(s3::Operation::put_object, 100);
  stats.count_end(s3::Operation::put_object, 418, std::chrono::milliseconds(1));
  MetricsNow now;
  now.subject = {"archive", "source-bucket", "archive-bucket", "a\"b\\c\n", false};
  now.version = "1.2.3";
  now.started = *base::parse_iso8601("2018-04-08T01:00:00Z");
  now.now = *base::parse_iso8601("2018-04-08T01:00:01.5Z");
  now.stores = {{"source", stats.snapshot()}};
  now.live = {{{"queue_depth", "objects"}, 12}, {{"of no table"}, 1}};
  now.counts = counts_as_samples({}, "archive");
  now.lasting = {{std::string(kLastSuccess), 1523149200.25}, {std::string(kLastExitCode), 3}};
  return now;
}

TEST(Metrics, TextIsWhatACollectorReads) {
  const std::string text = metrics_text(sample());
  const std::string labels =
      R"(command="archive",bucket="source-bucket",arch_bucket="archive-bucket",prefix="a\"b\\c\\x0a")";
  const auto line = [&](const std::string& name, const std::string& own, const std::string& value) {
    return "\ns3compress_" + name + "{" + labels + own + "} " + value + "\n";
  };
  EXPECT_THAT(text, HasSubstr("# HELP s3compress_running 1 while the run works, 0 after its end.\n"
                              "# TYPE s3compress_running gauge\n"));
  EXPECT_THAT(text, HasSubstr(line("build_info", ",version=\"1.2.3\"", "1")));
  EXPECT_THAT(text, HasSubstr(line("run_start_timestamp_seconds", "", "1523149200")));
  EXPECT_THAT(text, HasSubstr(line("run_duration_seconds", "", "1.5")));
  EXPECT_THAT(text, HasSubstr(line("last_success_timestamp_seconds", "", "1523149200.25")));
  EXPECT_THAT(text, HasSubstr(line("objects_left", "", "0")));
  EXPECT_THAT(text, HasSubstr(line("queue_depth", ",queue=\"objects\"", "12")));
  const std::string get = ",store=\"source\",operation=\"GetObject\"";
  EXPECT_THAT(text, HasSubstr(line("requests_total", get + ",status=\"200\"", "1")));
  EXPECT_THAT(text, HasSubstr(line("requests_total", get + ",status=\"503\"", "1")));
  EXPECT_THAT(text, HasSubstr(line("request_throttles_total", get, "1")));
  EXPECT_THAT(text, HasSubstr(line("request_retries_total", get, "1")));
  EXPECT_THAT(text, HasSubstr(line("requests_in_flight", get, "1")));
  EXPECT_THAT(text, HasSubstr(line("request_duration_seconds_bucket", get + ",le=\"0.005\"", "0")));
  EXPECT_THAT(text, HasSubstr(line("request_duration_seconds_bucket", get + ",le=\"0.01\"", "1")));
  EXPECT_THAT(text, HasSubstr(line("request_duration_seconds_bucket", get + ",le=\"60\"", "1")));
  EXPECT_THAT(text, HasSubstr(line("request_duration_seconds_bucket", get + ",le=\"+Inf\"", "2")));
  EXPECT_THAT(text, HasSubstr(line("request_duration_seconds_sum", get, "70.007")));
  EXPECT_THAT(text, HasSubstr(line("request_duration_seconds_count", get, "2")));
  const std::string put = ",store=\"source\",operation=\"PutObject\"";
  EXPECT_THAT(text, HasSubstr(line("requests_total", put + ",status=\"none\"", "1")));
  EXPECT_THAT(text, HasSubstr(line("requests_total", put + ",status=\"other\"", "1")));
  EXPECT_THAT(text, HasSubstr(line("sent_bytes_total", ",store=\"source\"", "200")));
  EXPECT_THAT(text, Not(HasSubstr("of no table")));
}

TEST(Metrics, EachStandsInOneGroupUnderOneHead) {
  std::istringstream lines(metrics_text(sample()));
  std::set<std::string> heads;
  std::string current;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# HELP ")) {
      current = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_TRUE(heads.insert(current).second) << current;
    } else if (!line.starts_with("#")) {
      EXPECT_TRUE(line.starts_with(current)) << line;
    }
  }
  EXPECT_GT(heads.size(), 10u);
}

TEST(Metrics, WhatLastsComesBackForTheSameSubjectAlone) {
  MetricsNow now = sample();
  const std::string text = metrics_text(now);
  EXPECT_EQ(lasting_values_in(text, now.subject), now.lasting);
  now.subject.dry_run = true;
  EXPECT_EQ(lasting_values_in(text, now.subject), LastingValues{}) << "a dry run is no run";
  now.subject = {"gc", "source-bucket", "archive-bucket", "", false};
  EXPECT_EQ(lasting_values_in(text, now.subject), LastingValues{});
  EXPECT_EQ(lasting_values_in("\x7f"
                              "ELF",
                              now.subject),
            LastingValues{});
  EXPECT_EQ(
      lasting_values_in(text.substr(0, text.find("1523149200.25") + 4), sample().subject).count(kLastSuccess),
      0u)
      << "cut off";
}

TEST(Metrics, ThePlaceInTheGatewayIsTheSubjects) {
  EXPECT_EQ(push_path({"catalog rebuild", "b", "", "logs/2018", true}),
            "/metrics/job/s3compress/command@base64/Y2F0YWxvZyByZWJ1aWxk/bucket@base64/Yg==/"
            "prefix@base64/bG9ncy8yMDE4/dry_run@base64/dHJ1ZQ==");
}

TEST(Metrics, ThePageListsAllOfThem) {
  const std::string page =
      text_of_file(fs::path(S3C_TEST_DATA).parent_path().parent_path() / "docs/monitoring.md");
  std::string table;
  for (const Metric& metric : all_metrics()) {
    table += "| `" + std::string(metric.name) + "` | " + std::string(metric.type) + " | " +
             (metric.labels.empty() ? "" : "`" + std::string(metric.labels) + "`") + " | " +
             std::string(metric.help) + " |\n";
  }
  EXPECT_THAT(page, HasSubstr("| --- | --- | --- | --- |\n" + table));
}

TEST(WholeFileTest, IsReplacedInOneStep) {
  const TemporaryFile old("old");
  const std::string link = old.path() + ".link";
  fs::create_symlink(old.path(), link);
  WholeFile file("--metrics-file", link, "");
  file.expect_replaceable([](std::string_view text) { return text == "old"; }, "old file");
  EXPECT_EQ(file.text(), "old");
  const std::ifstream reader(old.path());  // as a collector that reads at this moment
  EXPECT_EQ(file.replace("new"), "");
  EXPECT_EQ(text_of_file(old.path()), "new");
  std::stringstream seen;
  seen << reader.rdbuf();
  EXPECT_EQ(seen.str(), "old") << "the old file was written into";
  EXPECT_TRUE(fs::is_symlink(link)) << "the link stays";
  fs::remove(link);
  for (const auto& entry : fs::directory_iterator(fs::path(old.path()).parent_path()))
    EXPECT_THAT(entry.path().string(), Not(HasSubstr(fs::path(old.path()).filename().string() + ".")));
}

TEST(WholeFileTest, DevicesAreNotReplaced) {
  for (const char* name : {"/dev/null", "/tmp"})
    EXPECT_THROW((WholeFile{"--metrics-file", name, ""}), UsageError) << name;
  EXPECT_EQ(WholeFile("--metrics-file", "/no-such-folder/x.prom", "").text(), "");
  EXPECT_THAT(WholeFile("--metrics-file", "/no-such-folder/x.prom", "").replace("x"),
              HasSubstr("No such file"));
}

}  // namespace
}  // namespace s3c::cli
