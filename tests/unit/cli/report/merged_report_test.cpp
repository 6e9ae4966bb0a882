// Many reports become one: nothing is counted twice, and nothing that is missing looks done.
#include "cli/report/merged_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "cli/output/archive_summary.h"
#include "cli/output/restore_summary.h"
#include "cli/output/verify_summary.h"
#include "cli/report/merged_metrics.h"

namespace s3c::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// What archive prints as shard index of count.
std::string archived(std::uint32_t index, std::uint32_t count, std::uint64_t objects,
                     ExitCode code = ExitCode::done) {
  archive::ArchiveOptions options;
  options.selection.bucket = "source-bucket";
  options.selection.shard = {index, count};
  options.archive_bucket = "archive-bucket";
  archive::RunReport report;
  archive::GroupReport group;
  group.prefix = "sources/2018/04/0" + std::to_string(index) + "/";
  group.listed = objects;
  group.deleted = objects;
  group.volumes.push_back({"v", objects, 10 * objects, objects});
  if (code == ExitCode::left)
    group.left.add({"key-" + std::to_string(index), archive::LeftReason::changed, ""});
  report.group_reports.push_back(std::move(group));
  if (index == 0) report.outside.objects.add("sources/stray");
  RequestCounts requests;
  requests.by_operation["GetObject"] = objects;
  return json_summary(RunOutcome{options, report, requests, std::chrono::seconds(index + 1), code});
}

std::string restored(std::uint32_t index, std::vector<std::string> not_found,
                     ExitCode code = ExitCode::done) {
  RestoreSettings settings;
  settings.options.scope.shard = {index, 2};
  const restore::RestorePlan plan;
  restore::RestoreReport report;
  report.restored = 1;
  base::Counted<std::string> missed;
  for (std::string& key : not_found) missed.add(std::move(key));
  return json_summary(RestoreOutcome{{settings, report, {}, std::chrono::seconds(1), code}, plan, missed});
}

MergedReport merged(const std::vector<std::string>& texts) {
  std::vector<TaskReport> tasks;
  for (const std::string& text : texts)
    tasks.push_back(task_report_of("task-" + std::to_string(tasks.size()) + ".json", text));
  return merge_reports(std::move(tasks));
}

std::string refusal(const std::vector<std::string>& texts) {
  try {
    merged(texts);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::invalid_argument);
    return error.message();
  }
  ADD_FAILURE() << "was merged";
  return {};
}

TEST(MergedReport, NumbersAreAddedAndTheSlowestTaskIsTheTime) {
  const MergedReport report = merged({archived(0, 3, 5), archived(1, 3, 7), archived(2, 3, 11)});
  EXPECT_EQ(report.exit_code, ExitCode::done);
  EXPECT_TRUE(report.missing_shards.empty());
  EXPECT_EQ(report.total["total"]["objects_archived"], 23);
  EXPECT_EQ(report.total["total"]["groups"], 3);
  EXPECT_EQ(report.total["total"]["source_bytes"], 230);
  EXPECT_EQ(report.total["groups"].size(), 3u);
  EXPECT_EQ(report.total["requests"]["by_operation"]["GetObject"], 23);
  EXPECT_EQ(report.total["seconds"], 3.0);
  EXPECT_EQ(report.total["outside_layout"]["objects"], 1) << "one shard reports it";
  EXPECT_EQ(report.total["bucket"], "source-bucket");
  EXPECT_FALSE(report.total.contains("exit_code")) << "that of one task says nothing of all";
  EXPECT_EQ(problems_text(report), "");
  EXPECT_THAT(text_summary(report), HasSubstr("archived: 23 objects of 3 groups, in 3 volumes"));
  EXPECT_THAT(text_summary(report), HasSubstr("deleted:  23 source objects"));
}

TEST(MergedReport, TheWorstExitCodeCounts) {
  const MergedReport report =
      merged({archived(0, 3, 5), archived(1, 3, 7, ExitCode::left), archived(2, 3, 11, ExitCode::failed)});
  EXPECT_EQ(report.exit_code, ExitCode::failed);
  EXPECT_EQ(report.total["left"]["count"], 1);
  EXPECT_EQ(report.total["left"]["all_named"], true);
  EXPECT_THAT(problems_text(report), HasSubstr("1/3  task-1.json: left (exit code 3)"));
  EXPECT_THAT(problems_text(report), HasSubstr("2/3  task-2.json: failed (exit code 1)"));
  const Json json = Json::parse(json_summary(report));
  EXPECT_EQ(json["command"], "report");
  EXPECT_EQ(json["of"], "archive");
  EXPECT_EQ(json["exit_code"], 1);
  EXPECT_EQ(json["tasks"][1]["outcome"], "left");
  EXPECT_EQ(json["tasks"][1]["shard"]["index"], 1);
}

TEST(MergedReport, AMissingShardHasFailed) {
  const MergedReport report = merged({archived(0, 4, 5), archived(2, 4, 11)});
  EXPECT_EQ(report.exit_code, ExitCode::failed);
  EXPECT_THAT(report.missing_shards, ElementsAre(1, 3));
  EXPECT_THAT(text_summary(report), HasSubstr("NO REPORT of 2 of 4 shards: 1, 3"));
}

TEST(MergedReport, ATaskWithoutAWholeDocumentHasFailed) {
  const std::string whole = archived(0, 2, 5);
  for (const std::string& text :
       {std::string(), std::string("killed\n"), archived(1, 2, 7).substr(0, 200), std::string("{\n}\n"),
        std::string("[1]\n"), R"({"a":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}",
        std::string("{\n  \"command\": \"archive\",\n  \"exit_code\": 77\n}\n")}) {
    const MergedReport report = merged({whole, text});
    EXPECT_EQ(report.exit_code, ExitCode::failed) << text;
    EXPECT_THAT(problems_text(report), HasSubstr("task-1.json: failed (exit code 1): it"));
    EXPECT_EQ(report.total["total"]["objects_archived"], 5) << text;
  }
  // Where no shard is missing, because the tasks were none.
  EXPECT_EQ(merged({archived(0, 1, 5), ""}).exit_code, ExitCode::failed);
  EXPECT_EQ(merged({archived(0, 1, 5), archived(0, 1, 7)}).exit_code, ExitCode::done);
  EXPECT_THAT(refusal({"", "x"}), HasSubstr("no report: \""));
}

TEST(MergedReport, LinesAroundTheDocumentDoNotCount) {
  const std::string log = "warn: {\n" + archived(1, 2, 1) + "another run\n" + archived(1, 2, 7) + "bye }\n";
  EXPECT_EQ(merged({archived(0, 2, 5), log}).total["total"]["objects_archived"], 12);
  // What another program printed again without indents, and the order in which they stand.
  const std::string good = archived(1, 2, 7);
  const std::string bad = archived(1, 2, 9, ExitCode::failed);
  const std::string good_line = Json::parse(good).dump() + "\n";
  const std::string bad_line = Json::parse(bad).dump() + "\n";
  const std::string noise =
      "log {\n{\"level\":\"info\"}\n{\"event\":\"run_finished\",\"exit_code\":0}\nend }\n";
  for (const std::string& last : {bad, bad_line}) {
    for (const std::string& before : {good, good_line, std::string()}) {
      for (const std::string& behind : {noise, std::string()})
        EXPECT_EQ(merged({archived(0, 2, 5), noise + before + last + behind}).exit_code, ExitCode::failed);
    }
  }
  for (const std::string& last : {good, good_line})
    EXPECT_EQ(merged({archived(0, 2, 5), bad_line + bad + noise + last + noise}).exit_code, ExitCode::done);
  // The newer one was cut off.
  EXPECT_EQ(merged({archived(0, 2, 5), good + bad.substr(0, 200)}).exit_code, ExitCode::failed);
  EXPECT_EQ(merged({archived(0, 2, 5), good + good_line.substr(0, good_line.size() - 9)}).exit_code,
            ExitCode::failed);
  const std::string compact = Json::parse(archived(1, 2, 7)).dump();
  EXPECT_EQ(merged({archived(0, 2, 5), compact}).total["total"]["objects_archived"], 12);
}

TEST(MergedReport, ATaskThatEndedBeforeItHadAReportIsNamed) {
  const base::Error error(base::ErrorKind::access_denied, "no credentials");
  const MergedReport report = merged({archived(0, 2, 5), json_failure("archive", error, ExitCode::refused)});
  EXPECT_EQ(report.exit_code, ExitCode::refused);
  EXPECT_THAT(report.missing_shards, ElementsAre(1));
  EXPECT_THAT(problems_text(report), HasSubstr("task-1.json: refused (exit code 2): no credentials"));
}

TEST(MergedReport, WhatIsNotOfOneJobIsRefused) {
  EXPECT_THAT(refusal({archived(0, 2, 5), archived(1, 3, 5)}),
              HasSubstr("one is of 2 tasks, the other of 3"));
  EXPECT_THAT(refusal({archived(0, 1, 5), archived(1, 2, 5)}), HasSubstr("one is of 1 tasks"));
  EXPECT_THAT(refusal({archived(1, 2, 5), archived(1, 2, 5)}), HasSubstr("are both of shard 1/2"));
  EXPECT_THAT(refusal({archived(0, 2, 5), restored(1, {})}), HasSubstr("not of one job"));
  Json other = Json::parse(archived(1, 2, 5));
  other["bucket"] = "other";
  EXPECT_THAT(refusal({archived(0, 2, 5), other.dump(2)}),
              HasSubstr("bucket is \"source-bucket\" and \"other\""));
  other["bucket"] = "source-bucket";
  other["dry_run"] = true;
  EXPECT_THAT(refusal({archived(0, 2, 5), other.dump(2)}), HasSubstr("dry_run"));
  EXPECT_THAT(refusal({"{\n  \"command\": \"gc\",\n  \"outcome\": \"done\",\n  \"exit_code\": 0\n}\n"}),
              HasSubstr("only the reports of"));
}

TEST(MergedReport, FieldsOfAnotherKindAreRefusedAndNotGuessed) {
  Json bad = Json::parse(archived(1, 2, 5));
  bad["total"]["groups"] = "many";
  EXPECT_THAT(refusal({archived(0, 2, 5), bad.dump(2)}),
              HasSubstr("\"task-1.json\": its field /total/groups"));
  bad = Json::parse(archived(1, 2, 5));
  bad["shard"] = {{"index", 9}, {"count", 2}};
  EXPECT_THAT(refusal({archived(0, 2, 5), bad.dump(2)}), HasSubstr("a shard that can't be"));
  bad["shard"] = {{"index", 0}, {"count", 4'000'000'000}};
  EXPECT_THAT(refusal({bad.dump(2)}), HasSubstr("a shard that can't be"));
  for (const Json& number : {Json(-1), Json(0xffff'ffff'ffff'ffffu)}) {
    bad = Json::parse(archived(1, 2, 5));
    bad["total"]["groups"] = number;
    EXPECT_THAT(refusal({archived(0, 2, 5), bad.dump(2)}), HasSubstr("/total/groups is no count"));
  }
}

/// Puts value at each place of the document in turn, also at places that hold others, and calls try_it with it.
template <typename Try>
void with_each_place(const Json& whole, const std::string& place, const Json& value, Try try_it) {
  const Json& here = whole.at(Json::json_pointer(place));
  if (!place.empty()) {
    Json changed = whole;
    changed[Json::json_pointer(place)] = value;
    try_it(changed, place);
    changed = whole;
    Json& parent = changed.at(Json::json_pointer(place).parent_pointer());
    if (parent.is_object()) {
      parent.erase(Json::json_pointer(place).back());
      try_it(changed, place);
    }
  }
  if (!here.is_structured()) return;
  for (const auto& [name, one] : here.items()) with_each_place(whole, place + "/" + name, value, try_it);
}

TEST(MergedReport, AnyFieldMayBeAnythingAndNothingIsGuessed) {
  std::size_t refused = 0;
  std::size_t tried = 0;
  for (const auto& [one, other] : {std::pair{archived(0, 2, 5, ExitCode::left), archived(1, 2, 7)},
                                   std::pair{restored(0, {"a"}), restored(1, {"b"})}}) {
    for (const Json& value : {Json(), Json::object(), Json::array(), Json("x"), Json(true), Json(-5),
                              Json(1.5), Json(1e300), Json(0xffff'ffff'ffff'ffffu)}) {
      with_each_place(
          Json::parse(one), "", value, [&, second = other](const Json& changed, const std::string& place) {
            ++tried;
            try {
              const MergedReport report = merged({changed.dump(2), second});
              EXPECT_NE(text_summary(report), "");
              EXPECT_NE(json_summary(report), "");
              const bool is_of_total =
                  place.starts_with("/total/") && changed.contains(Json::json_pointer(place));
              EXPECT_FALSE(is_of_total) << place << " is " << value.dump();
            } catch (const base::Error& error) {
              EXPECT_EQ(error.kind(), base::ErrorKind::invalid_argument) << place << ": " << error.what();
              ++refused;
            }
          });
    }
  }
  EXPECT_GT(refused, tried / 10) << tried;
}

TEST(MergedReport, AShardIsWholeOrThereIsNone) {
  for (const char* shard :
       {"{}", R"({"index":0})", R"({"count":2})", "[]", "\"0/2\"", "0", R"({"index":null,"count":2})"}) {
    Json bad = Json::parse(archived(0, 2, 5));
    bad["shard"] = Json::parse(shard);
    EXPECT_THAT(refusal({bad.dump(2), archived(1, 2, 5)}), HasSubstr("\"task-0.json\": its field /shard"));
    EXPECT_THAT(refusal({bad.dump(2)}), HasSubstr("/shard"));
  }
}

TEST(MergedReport, AReportThatContradictsItsExitCodeIsRefused) {
  const auto refusal_with = [](const char* pointer, const Json& value) {
    Json bad = Json::parse(archived(1, 2, 5));
    bad[Json::json_pointer(pointer)] = value;
    return refusal({archived(0, 2, 5), bad.dump(2)});
  };
  EXPECT_THAT(refusal_with("/outcome", "damaged"),
              HasSubstr("its exit code is 0, which is done, but its outcome is"));
  EXPECT_THAT(refusal_with("/exit_code", 5), HasSubstr("its exit code is 5, which is damaged"));
  EXPECT_THAT(refusal_with("/error", {{"kind", "x"}, {"message", "y"}}), HasSubstr("but it has /error"));
  EXPECT_THAT(refusal_with("/total/groups_failed", 1), HasSubstr("/total/groups_failed is not"));
  EXPECT_THAT(refusal_with("/total/volumes_lost", 1), HasSubstr("/total/volumes_lost is not"));
}

TEST(MergedReport, OnlyWhatNoTaskFoundIsNotFound) {
  const MergedReport one_each = merged({restored(0, {"a", "c"}), restored(1, {"b", "c"})});
  EXPECT_EQ(one_each.total["not_found"]["named"], Json({"c"}));
  EXPECT_EQ(one_each.exit_code, ExitCode::left);
  EXPECT_THAT(text_summary(one_each), HasSubstr("not found by any task:\n  c"));
  const MergedReport all = merged({restored(0, {"a"}), restored(1, {"b"})});
  EXPECT_EQ(all.exit_code, ExitCode::done);
  EXPECT_EQ(all.total["restored"], 2);
  EXPECT_EQ(merged({restored(0, {"a"}, ExitCode::waiting), restored(1, {"b"})}).exit_code, ExitCode::waiting);
}

TEST(MergedReport, LaterFieldsAreMergedToo) {
  Json first = Json::parse(archived(0, 2, 5));
  Json second = Json::parse(archived(1, 2, 7));
  first["total"]["later"] = 1;
  second["total"]["later"] = 2;
  second["only_here"] = {{"count", 3}};
  const MergedReport report = merged({first.dump(2), second.dump(2)});
  EXPECT_EQ(report.total["total"]["later"], 3);
  EXPECT_EQ(report.total["only_here"]["count"], 3);
}

TEST(MergedReport, VerifiesAreMerged) {
  upkeep::VerifyOptions options;
  options.scope.shard = {0, 2};
  upkeep::VerifyReport report;
  report.volumes = report.whole = 3;
  const std::string first =
      json_summary(VerifyOutcome{options, report, {}, std::chrono::seconds(1), ExitCode::done});
  options.scope.shard = {1, 2};
  ++report.volumes;
  report.damaged = 1;
  report.damages.add({"b/20180401.zip", "", "its archive is gone"});
  const std::string second =
      json_summary(VerifyOutcome{options, report, {}, std::chrono::seconds(1), ExitCode::damaged});
  const MergedReport both = merged({first, second});
  EXPECT_EQ(both.exit_code, ExitCode::damaged);
  EXPECT_EQ(both.total["damages"]["named"][0]["volume"], "b/20180401.zip");
  EXPECT_THAT(text_summary(both), HasSubstr("whole: 6 of 7 volumes"));
  EXPECT_THAT(text_summary(both), HasSubstr("DAMAGED: 1 volume"));
}

TEST(MergedReport, DaysAndSlowestGroupsOfAllTasksAreThere) {
  const MergedReport report = merged({archived(0, 2, 3), archived(1, 2, 4)});
  EXPECT_EQ(report.total["by_day"].size(), 2u);
  EXPECT_EQ(report.total["slowest_groups"].size(), 2u);
  EXPECT_EQ(report.total["costs"]["prices"]["region"], "us-east-1") << "said once";
  const Json task = report_document(report)["tasks"][1];
  EXPECT_EQ(task["requests"], 4);
  EXPECT_EQ(task["throttled"], 0);
}

TEST(MergedReport, NoDayOfAnyTaskIsCut) {
  std::vector<std::string> tasks;
  for (std::uint32_t index = 0; index < 2; ++index) {
    Json document = Json::parse(archived(index, 2, 3));
    const Json day = document["by_day"][0];
    for (int i = 1; i < 800; ++i) document["by_day"].push_back(day);
    tasks.push_back(document.dump(2));
  }
  EXPECT_EQ(merged(tasks).total["by_day"].size(), 1600u);
}

TEST(MergedMetrics, AreTheSumsUnderTheNamesThatOneRunHas) {
  const base::Timestamp now(std::chrono::milliseconds(1'700'000'000'500));
  const std::string text = merged_metrics_text(merged({archived(0, 2, 3), archived(1, 2, 4)}), now, "");
  const std::string labels =
      "command=\"archive\",bucket=\"source-bucket\",arch_bucket=\"archive-bucket\",prefix=\"sources\"";
  EXPECT_THAT(text, HasSubstr("\ns3compress_objects_packed_total{" + labels + "} 7\n"));
  EXPECT_THAT(text, HasSubstr("\ns3compress_packed_source_bytes_total{" + labels + "} 70\n"));
  EXPECT_THAT(text, HasSubstr("\ns3compress_run_duration_seconds{" + labels + "} 2\n"))
      << "of the slowest task";
  EXPECT_THAT(text, HasSubstr("\ns3compress_last_run_exit_code{" + labels + "} 0\n"));
  EXPECT_THAT(text, HasSubstr("\ns3compress_last_success_timestamp_seconds{" + labels + "} 1700000000.5\n"));
  const std::string after =
      merged_metrics_text(merged({archived(0, 2, 3), "killed"}), now + std::chrono::hours(1), text);
  EXPECT_THAT(after, HasSubstr("\ns3compress_last_run_exit_code{" + labels + "} 1\n"));
  EXPECT_THAT(after, HasSubstr("\ns3compress_last_success_timestamp_seconds{" + labels + "} 1700000000.5\n"))
      << "what outlives a run stays";
}

TEST(MergedMetrics, OfRestoreTellWhatCameBack) {
  const std::string text = merged_metrics_text(merged({restored(0, {}), restored(1, {})}), {}, "");
  EXPECT_THAT(text, HasSubstr("\ns3compress_objects_restored_total{command=\"restore\"} 2\n"));
  EXPECT_THAT(text, Not(HasSubstr("objects_packed_total{")));
}

/// What archive prints as the run of that id, of a part of a split.
std::string of_split(const std::string& run, std::vector<std::uint32_t> tasks, std::uint32_t count,
                     ExitCode code = ExitCode::done) {
  Json document = Json::parse(archived(0, 1, 5, code));
  document["run"] = run;
  EXPECT_TRUE(document.contains("split"));
  if (count != 0) document["split"] = {{"tasks", tasks}, {"count", count}};
  return document.dump();
}

TEST(MergedReport, AMissingTaskOfASplitHasFailed) {
  const MergedReport report = merged({of_split("A", {0}, 4), of_split("B", {2}, 4)});
  EXPECT_EQ(report.exit_code, ExitCode::failed);
  EXPECT_THAT(report.missing_split_tasks, ElementsAre(1, 3));
  EXPECT_THAT(text_summary(report), HasSubstr("NO REPORT of 2 of 4 tasks of the split: 1, 3"));
  const Json json = Json::parse(json_summary(report));
  EXPECT_EQ(json["missing_split_tasks"], Json({1, 3}));
  EXPECT_EQ(json["tasks"][1]["split"]["tasks"][0], 2);
  EXPECT_EQ(merged({of_split("A", {0, 1}, 3), of_split("B", {2}, 3)}).exit_code, ExitCode::done);
  EXPECT_EQ(merged({of_split("A", {0, 1}, 2), of_split("B", {}, 0, ExitCode::interrupted)}).exit_code,
            ExitCode::interrupted)
      << "it was stopped before it knew";
}

TEST(MergedReport, TasksOfASplitThatDontBelongTogetherAreRefused) {
  EXPECT_THAT(refusal({of_split("A", {0, 1}, 3), of_split("B", {1, 2}, 3)}),
              HasSubstr("both of task 1 of 3"));
  EXPECT_THAT(refusal({of_split("A", {0}, 3), of_split("B", {1}, 2)}), HasSubstr("not of one job"));
  EXPECT_THAT(refusal({of_split("A", {0}, 3), of_split("B", {}, 0)}), HasSubstr("not of one job"));
  EXPECT_THAT(refusal({of_split("A", {}, 0), of_split("B", {0}, 3)}), HasSubstr("not of one job"));
  EXPECT_THAT(refusal({of_split("A", {3}, 3)}), HasSubstr("can't be"));
}

TEST(MergedReport, ARunIsCountedOnce) {
  EXPECT_THAT(refusal({of_split("A", {}, 0), of_split("A", {}, 0)}), HasSubstr("of the same run"));
  EXPECT_EQ(merged({of_split("A", {}, 0), of_split("B", {}, 0)}).total["total"]["objects_archived"], 10);
}

TEST(MergedReport, ADocumentThatSaysMoreThanItsExitCodeIsRefused) {
  Json document = Json::parse(archived(0, 1, 5));
  document["total"]["objects_left"] = 5;
  EXPECT_THAT(refusal({document.dump()}), HasSubstr("/total/objects_left is not"));
  document = Json::parse(archived(0, 1, 5));
  document.erase("total");
  EXPECT_THAT(refusal({document.dump()}), HasSubstr("its field /total is missing"));
  document = Json::parse(restored(0, {}));
  document.erase("restored");
  EXPECT_THAT(refusal({document.dump()}), HasSubstr("its field /restored is missing"));
  document = Json::parse(archived(0, 1, 5));
  document["seconds"] = std::uint64_t{1} << 53;
  EXPECT_THAT(refusal({document.dump()}), HasSubstr("/seconds is no time")) << "it began before all times";
}

TEST(MergedReport, ADocumentWithOneNameTwiceOrACutOneBehindItIsNone) {
  const std::string whole = archived(0, 1, 5);
  std::string twice = whole;
  twice.insert(twice.find("\"exit_code\""), "\"exit_code\": 5, ");
  for (const std::string& text : {twice, whole + "{", whole + "{\n"}) {
    const TaskReport task = task_report_of("x", text);
    EXPECT_TRUE(task.document.is_null()) << text.substr(text.size() - 20);
  }
  EXPECT_FALSE(task_report_of("x", whole).document.is_null());
}

TEST(MergedReport, ARefusedMergeLeavesNoMetricsOfASuccess) {
  const MergedReport report = merged({archived(0, 2, 5), archived(1, 2, 7)});
  const base::Timestamp night{std::chrono::seconds(1'523'149'200)};
  const std::string before = merged_metrics_text(report, night, "");
  const std::string after = refused_metrics_text(ExitCode::refused, night + std::chrono::hours(24), before);
  const std::string labels =
      R"({command="archive",bucket="source-bucket",arch_bucket="archive-bucket",prefix="sources"} )";
  EXPECT_THAT(before, HasSubstr("\ns3compress_last_run_exit_code" + labels + "0\n"));
  EXPECT_THAT(after, HasSubstr("\ns3compress_last_run_exit_code" + labels + "2\n"));
  EXPECT_THAT(after, HasSubstr("\ns3compress_last_run_end_timestamp_seconds" + labels + "1523235600\n"));
  EXPECT_THAT(after, HasSubstr("\ns3compress_last_success_timestamp_seconds" + labels + "1523149200\n"));
  EXPECT_THAT(after, Not(HasSubstr("objects_packed"))) << "that of the time before";
  EXPECT_THAT(refused_metrics_text(ExitCode::refused, night, ""),
              HasSubstr("\ns3compress_last_run_exit_code{} 2\n"));
}

}  // namespace
}  // namespace s3c::cli
