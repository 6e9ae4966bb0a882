#include "cli/report/page.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "cli/report/charts.h"
#include "cli/report/html.h"

namespace s3c::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kScript = "<script>alert('x')</script>\"&";

ReportFacts facts() {
  ReportFacts facts;
  facts.command_line = "s3compress archive --bucket source-bucket --arch-bucket archive-bucket";
  facts.settings = {"threads 16 (S3COMPRESS_THREADS)"};
  facts.version_text = "s3compress 1\nlibcurl 2\n";
  facts.started = base::Timestamp(std::chrono::milliseconds(1'523'149'200'000));
  facts.ended = facts.started + std::chrono::seconds(5);
  for (int second = 1; second <= 5; ++second)
    facts.history.add(std::chrono::seconds(second),
                      {static_cast<std::uint64_t>(second) * 100, second > 2 ? 7u : 0u, 3});
  return facts;
}

Json archive_document(int days) {
  Json by_day = Json::array();
  for (int day = 1; day <= days; ++day) {
    by_day.push_back({{"day", fmt::format("2018-{:02}-{:02}", 1 + day / 28, 1 + day % 28)},
                      {"group", nullptr},
                      {"objects", 100 + day},
                      {"source_bytes", 400'000},
                      {"archive_bytes", 100'000}});
  }
  return {{"command", "archive"},
          {"outcome", "left"},
          {"exit_code", 3},
          {"bucket", "source-bucket"},
          {"archive_bucket", "archive-bucket"},
          {"seconds", 5.25},
          {"total",
           {{"groups", days},
            {"volumes", days},
            {"objects_archived", 1500},
            {"objects_deleted", 1499},
            {"objects_vanished", 2},
            {"source_bytes", 6'000'000},
            {"archive_bytes", 1'500'000}}},
          {"costs",
           {{"prices", {{"region", "us-east-1"}, {"date", "2026-08-01"}, {"source", "a page"}}},
            {"request_dollars", 0.25},
            {"monthly_dollars", {{"now", 2.5}, {"archived", 0.5}}}}},
          {"by_day", by_day},
          {"slowest_groups",
           {{{"prefix", "sources/2018/04/01/"},
             {"seconds", 2.5},
             {"objects", 700},
             {"source_bytes", 2'000'000}}}},
          {"left",
           {{"count", 1},
            {"by_reason", {{"changed", 1}}},
            {"named", {{{"key", kScript}, {"reason", "changed"}, {"detail", "412 \x01 \xff"}}}}}},
          {"requests",
           {{"total", 500}, {"retries", 3}, {"throttled", 7}, {"by_operation", {{"GetObject", 500}}}}}};
}

std::uint64_t count_of(const std::string& text, const std::string& part) {
  std::uint64_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(Html, WhatComesFromOutsideStaysText) {
  EXPECT_EQ(html_escaped("<script>\"&'</script>"), "&lt;script&gt;&quot;&amp;&#39;&lt;/script&gt;");
  EXPECT_EQ(html_escaped("a\x01\n\x7f"), "a\\x01\\x0a\\x7f");
  EXPECT_EQ(html_escaped("\xff\xfe"), "\\xff\\xfe") << "no UTF-8";
  EXPECT_EQ(html_escaped("M\xc3\xbcnchen"), "M\xc3\xbcnchen");
  EXPECT_THAT(html_escaped("\xe2\x80\xae"
                           "gpj.exe"),
              Not(HasSubstr("\xe2\x80\xae")))
      << "turns the direction of writing";
  const HtmlTable table{{{"<b>"}}, {{"<i>"}}};
  EXPECT_THAT(table.html("<u>"), Not(::testing::ContainsRegex("<[biu]>")));
}

TEST(Charts, NothingIsNoChartAndOneBarIsOne) {
  EXPECT_THAT(lying_bars("x", {}), IsEmpty());
  EXPECT_THAT(upright_bars("x", {}), IsEmpty());
  EXPECT_THAT(course_chart("x", {}), IsEmpty());
  EXPECT_THAT(lying_bars("x", {{"a", 0, "0"}}), HasSubstr("width=\"0.00\""));
  EXPECT_THAT(upright_bars("x", {{"a", 5, "5"}}), HasSubstr("height=\"150.00\""));
}

TEST(Charts, ALittleIsSeenBesideVeryMuch) {
  EXPECT_THAT(lying_bars("x", {{"a", 1, "1"}, {"b", 1e12, "many"}}),
              HasSubstr("class=\"bar\" width=\"2.00\""));
}

TEST(Charts, LabelsAreEscaped) {
  const std::vector<ChartBar> bars = {{kScript, 1, kScript}};
  for (const std::string& chart : {lying_bars(kScript, bars), upright_bars(kScript, bars)})
    EXPECT_THAT(chart, Not(HasSubstr("<script")));
}

TEST(ReportPage, TellsWhatWasDoneAndWhatNot) {
  const std::string page = report_page(archive_document(3), facts());
  for (const char* text : {"<h1>s3compress archive</h1>",
                           "source-bucket → archive-bucket",
                           "1,500<small>objects of 3 groups, in 3 volumes",
                           "6.0 MB",
                           "now 1.5 MB",
                           "4.0:1",
                           "1,499<small>",
                           "Objects archived, by day",
                           "2018-01-02",
                           "before: the objects",
                           "$2.50 a month",
                           "$0.50 a month",
                           "changed while it was being archived",
                           "gone before they were read",
                           "sources/2018/04/01/",
                           "2.5 s",
                           "500 requests, 3 retries. The store asked to slow down 7 times.",
                           "Requests per second",
                           "threads 16 (S3COMPRESS_THREADS)",
                           "libcurl 2",
                           "--arch-bucket archive-bucket",
                           "2018-04-08 01:00 UTC",
                           "took 5.2 s",
                           ">left</span>"})
    EXPECT_THAT(page, HasSubstr(text));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;"));
  EXPECT_THAT(page, HasSubstr("412 \\x01 \\xff"));
}

TEST(ReportPage, NeedsNothingAndLeadsNowhere) {
  const std::string page = report_page(archive_document(3), facts());
  EXPECT_THAT(page, HasSubstr("content=\"default-src 'none'; style-src 'unsafe-inline';"));
  for (const char* forbidden :
       {"<script", "<a ", "href", "src=", "url(", "@import", "http:", "https:", "<form", "<iframe"})
    EXPECT_THAT(page, Not(HasSubstr(forbidden)));
  EXPECT_EQ(count_of(page, "<section>"), count_of(page, "</section>"));
  EXPECT_EQ(count_of(page, "<svg"), count_of(page, "</svg>"));
  EXPECT_EQ(count_of(page, "<table>"), count_of(page, "</table>"));
}

TEST(ReportPage, HasAChartForAnyNumberOfDays) {
  EXPECT_THAT(report_page(archive_document(0), facts()), Not(HasSubstr("Objects archived")));
  const std::string one = report_page(archive_document(1), facts());
  EXPECT_EQ(count_of(one, "aria-label=\"2018-01-02: 101\""), 1u);
  const std::string many = report_page(archive_document(60), facts());
  EXPECT_THAT(many, HasSubstr("most: 160, 2018-03-05"));
  EXPECT_EQ(count_of(many, "<rect class=\"bar\""), 60u);
  EXPECT_THAT(report_page(archive_document(300), facts()), HasSubstr("Objects archived, by month"));
}

TEST(ReportPage, StaysSmallWhateverTheDocumentHolds) {
  Json document = archive_document(300);
  Json& named = document["left"]["named"];
  const Json one = named[0];
  for (int i = 0; i < 100'000; ++i) named.push_back(one);
  document["left"]["count"] = 100'001;
  for (int i = 0; i < 10'000; ++i) document["slowest_groups"].push_back(document["slowest_groups"][0]);
  for (int i = 0; i < 10'000; ++i)
    document["groups"].push_back({{"prefix", "p"}, {"error", {{"message", "no answer"}, {"hint", "wait"}}}});
  const std::string page = report_page(document, facts());
  EXPECT_LT(page.size(), 200'000u);
  EXPECT_THAT(page, HasSubstr("the first 100 of 100,001"));
  EXPECT_THAT(page, HasSubstr("And 9,980 more errors."));
}

TEST(ReportPage, OfACommandThatFailedBeforeItHadAResult) {
  const Json document = {{"command", "verify"},
                         {"outcome", "refused"},
                         {"error", {{"message", "access denied"}, {"hint", "allow s3:ListBucket"}}}};
  const std::string page = report_page(document, facts());
  for (const char* text :
       {"s3compress verify", ">refused</span>", "access denied", "allow s3:ListBucket", "took 5.0 s"})
    EXPECT_THAT(page, HasSubstr(text));
}

TEST(ReportPage, OfDocumentsWithFieldsOfOtherKinds) {
  for (const Json& odd : {Json(nullptr), Json(7), Json("x"), Json::array({1, "x"}), Json({{"x", 1}})}) {
    Json document = archive_document(3);
    for (auto& [name, value] : document.items()) {
      if (name != "command") value = odd;
    }
    EXPECT_THAT(report_page(document, facts()), HasSubstr("</html>")) << odd;
    EXPECT_THAT(report_page(odd, facts()), HasSubstr("</html>")) << odd;
  }
}

TEST(ReportPage, OfManyTasksHasTheirSumsAndALineForEach) {
  Json total = archive_document(3);
  const Json tasks = {{{"file", "report-0.json"},
                       {"outcome", "done"},
                       {"version", "1.0"},
                       {"seconds", 3.5},
                       {"requests", 400},
                       {"throttled", 7}},
                      {{"file", "<report-1>.json"}, {"outcome", "failed"}, {"problem", "it holds no JSON"}}};
  const Json document = {{"command", "report"}, {"of", "archive"},       {"outcome", "failed"},
                         {"tasks", tasks},      {"missing_shards", {2}}, {"total", total}};
  const std::string page = report_page(document, facts());
  for (const char* text :
       {"s3compress archive: 2 tasks", "1,500<small>", "&lt;report-1&gt;.json", "failed: it holds no JSON",
        "There is no report of 1 shard.", "the slowest task took 5.2 s"})
    EXPECT_THAT(page, HasSubstr(text));
}

}  // namespace
}  // namespace s3c::cli
