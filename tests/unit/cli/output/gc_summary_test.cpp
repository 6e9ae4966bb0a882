#include "cli/output/gc_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace s3c::cli {
namespace {

using base::Error;
using base::ErrorKind;
using ::testing::HasSubstr;
using ::testing::Not;
using upkeep::Garbage;
using upkeep::GarbageKind;
using upkeep::GcReport;

upkeep::GcOptions gc_options() {
  upkeep::GcOptions options;
  options.archive_bucket = "archive-bucket";
  options.bucket = "source-bucket";
  return options;
}

GcReport report() {
  GcReport report;
  report.manifests = 1200;
  report.indexes = 1201;
  report.uploads = 1;
  report.young = 4;
  report.removed.add({GarbageKind::index, "i", "", std::chrono::days(8), 900, "it has no manifest"});
  report.removed.add(
      {GarbageKind::upload, "b/20180401.zip", "u1", std::chrono::days(9), 0, "it was never completed"});
  report.removed.sort();
  return report;
}

GcOutcome outcome_of(const upkeep::GcOptions& o, const GcReport& report) {
  return {
      o, report, {{{"HeadObject", 1200}}, 0, 0, 0}, std::chrono::milliseconds(3000), exit_code_of(report)};
}

TEST(GcSummary, NamesEveryThing) {
  const GcReport done = report();
  EXPECT_EQ(
      text_summary(outcome_of(gc_options(), done)),
      "removed: 2 things, 900 B and the parts of unfinished uploads\n"
      "  upload    b/20180401.zip  9 d 00 h old: it was never completed\n"
      "  index     i  8 d 00 h old: it has no manifest\n"
      "looked at: 1,200 manifests, 1,201 indexes, 1 upload of ours; 4 younger than 7 d 00 h left alone\n"
      "requests: 1,200 (HeadObject 1,200), 0 retries\n"
      "time:     3.0 s\n");
  upkeep::GcOptions look = gc_options();
  look.dry_run = true;
  EXPECT_THAT(text_summary(outcome_of(look, done)), HasSubstr("dry run: would remove: 2 things"));
  EXPECT_THAT(text_summary(outcome_of(gc_options(), {})), HasSubstr("removed: nothing\n"));
}

TEST(GcSummary, TellsWhatStaysAndWhy) {
  GcReport r = report();
  r.left.add({GarbageKind::probe, "p\n", "", {}, 1, "AccessDenied"});
  r.damaged.add({GarbageKind::manifest, "m", "", {}, 1, "no JSON"});
  r.waiting.add({GarbageKind::index, "w", "", {}, 1, "a younger upload"});
  r.failures.add(
      Error(ErrorKind::access_denied, "no", {.operation = "ListMultipartUploads", .resource = "a"}));
  const std::string text = text_summary(outcome_of(gc_options(), r));
  EXPECT_THAT(text,
              HasSubstr("LEFT: 1 thing could not be removed\n  probe     p\\x0a  0 s old: AccessDenied\n"));
  EXPECT_THAT(text, HasSubstr("DAMAGED: 1 thing, not touched\n  manifest  m"));
  EXPECT_THAT(text, HasSubstr("can't be told yet, so it stays: 1 thing\n  index     w"));
  EXPECT_THAT(text, HasSubstr("s3:ListBucketMultipartUploads"));
  EXPECT_THAT(text, HasSubstr("does not repair"));
}

TEST(GcSummary, JsonHasTheSame) {
  GcReport r = report();
  r.left.add({GarbageKind::probe, "p\xff", "", std::chrono::seconds(7), 1, "AccessDenied"});
  const auto json = nlohmann::json::parse(json_summary(outcome_of(gc_options(), r)));
  EXPECT_EQ(json["command"], "gc");
  EXPECT_EQ(json["outcome"], "left");
  EXPECT_EQ(json["exit_code"], 3);
  EXPECT_EQ(json["min_age_seconds"], 604800);
  EXPECT_EQ(json["removed"]["count"], 2);
  EXPECT_EQ(json["removed"]["bytes"], 900);
  EXPECT_EQ(json["removed"]["by_kind"]["upload"], 1);
  EXPECT_EQ(json["removed"]["named"][0]["upload_id"], "u1");
  EXPECT_EQ(json["removed"]["named"][1]["key"], "i");
  EXPECT_EQ(json["left"]["named"][0]["age_seconds"], 7);
  EXPECT_EQ(json["requests"]["by_operation"]["HeadObject"], 1200);
}

TEST(GcSummary, NamesTenThousandAtMostAndCountsAll) {
  GcReport r;
  for (int i = 0; i < 10'005; ++i) r.removed.add({GarbageKind::index, "k", "", {}, 1, ""});
  const std::string text = text_summary(outcome_of(gc_options(), r));
  EXPECT_THAT(text, HasSubstr("removed: 10,005 things, 10.0 KB\n"));
  EXPECT_THAT(text, HasSubstr("\n  and 5 more\n"));
}

}  // namespace
}  // namespace s3c::cli
