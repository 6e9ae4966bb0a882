#include "cli/output/archive_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace s3c::cli {
namespace {

using archive::GroupReport;
using archive::LeftReason;
using archive::RunReport;
using base::Error;
using base::ErrorKind;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

archive::ArchiveOptions options() {
  archive::ArchiveOptions options;
  options.selection.bucket = "source-bucket";
  options.archive_bucket = "archive-bucket";
  return options;
}

RunReport one_group() {
  RunReport report;
  GroupReport& group = report.group_reports.emplace_back();
  group.prefix = "sources/2018/04/01/";
  group.listed = 1500;
  group.listed_bytes = 6'000'000;
  group.volumes = {{"source-bucket/20180401.zip", 1500, 6'000'000, 1'500'000}};
  group.deleted = 1500;
  return report;
}

RunOutcome outcome_of(const archive::ArchiveOptions& o, const RunReport& report) {
  return {o,
          report,
          {{{"GetObject", 1500}, {"ListObjectsV2", 5}}, 7, 1'500'000, 6'000'000},
          std::chrono::milliseconds(3000),
          exit_code_of(report)};
}

std::string text_of(const RunReport& report, const archive::ArchiveOptions& o = options()) {
  return text_summary(outcome_of(o, report));
}

nlohmann::json json_of(const RunReport& report, const archive::ArchiveOptions& o = options()) {
  return nlohmann::json::parse(json_summary(outcome_of(o, report)));
}

TEST(SummaryText, TellsWhatWasDone) {
  EXPECT_EQ(text_of(one_group()),
            "archived: 1,500 objects of 1 group, in 1 volume\n"
            "  archive-bucket/source-bucket/20180401.zip  1,500 objects, 1.5 MB\n"
            "bytes:    6.0 MB -> 1.5 MB (4.0:1)\n"
            "deleted:  1,500 source objects\n"
            "requests: 1,505 (GetObject 1,500, ListObjectsV2 5), 7 retries\n"
            "time:     3.0 s, 500 objects/s\n");
}

TEST(SummaryText, WhereNoObjectIsDoneInASecondTheBytesAreTold) {
  RunReport report = one_group();
  report.group_reports[0].volumes = {{"source-bucket/20180401.zip", 2, 6'000'000, 1'500'000}};
  EXPECT_THAT(text_of(report), HasSubstr("time:     3.0 s, 2.0 MB/s\n"));
}

TEST(SummaryText, MarkersAndWhatStaysUnderThemAreTold) {
  RunReport report = one_group();
  GroupReport& group = report.group_reports[0];
  group.markers = 1500;
  group.versions_kept = 1500;
  group.versions_kept_bytes = 6'000'000;
  EXPECT_THAT(text_of(report),
              HasSubstr("markers:  1,500 delete markers were added, as the source bucket keeps "
                        "versions\n"
                        "versions: 1,500 versions (6.0 MB) under delete markers stay stored and "
                        "billed, with any older ones, until --delete-versions or a lifecycle "
                        "rule removes them\n"));
  archive::ArchiveOptions o = options();
  o.delete_versions = true;
  group.versions_deleted = 1500;
  group.versions_kept = 1;
  group.versions_kept_bytes = 10;
  EXPECT_THAT(text_of(report, o),
              HasSubstr("versions: 1,500 versions deleted for ever\n"
                        "versions: 1 version (10 B) under delete markers stays stored and "
                        "billed\n"));
  const auto total = json_of(report, o)["total"];
  EXPECT_EQ(total["delete_markers"], 1500);
  EXPECT_EQ(total["versions_deleted"], 1500);
  EXPECT_EQ(total["versions_kept"], 1);
  EXPECT_EQ(total["versions_kept_bytes"], 10);
}

TEST(SummaryText, AStoreThatIgnoresConditionsIsToldOf) {
  using archive::DeleteConditions;
  RunReport report = one_group();
  EXPECT_TRUE(json_of(report)["delete_conditions"].is_null());
  report.delete_conditions = DeleteConditions::in_batches;
  EXPECT_THAT(text_of(report), Not(HasSubstr("conditions")));
  EXPECT_EQ(json_of(report)["delete_conditions"], "in_batches");
  report.delete_conditions = DeleteConditions::one_by_one;
  EXPECT_THAT(text_of(report), HasSubstr("store:    source-bucket ignores conditions in DeleteObjects"));
  EXPECT_EQ(json_of(report)["delete_conditions"], "one_by_one");
  report.delete_conditions = DeleteConditions::ignored;
  EXPECT_THAT(text_of(report), HasSubstr("store:    source-bucket ignores conditions on deletes"));
  EXPECT_EQ(json_of(report)["delete_conditions"], "ignored");
}

TEST(SummaryText, NothingToDoIsSaidPlainly) {
  EXPECT_THAT(text_of(RunReport()),
              StartsWith("nothing to do: no objects under source-bucket/sources/ match"));
}

TEST(SummaryText, InterruptedBeforeAnythingIsNotNothingToDo) {
  RunReport report;
  report.interrupted = true;
  EXPECT_THAT(text_of(report), Not(HasSubstr("nothing to do")));
  EXPECT_THAT(text_of(report), HasSubstr("interrupted: run the same command again"));
}

TEST(SummaryText, LeftObjectsAreCountedByReasonAndTheFirstAreNamed) {
  RunReport report = one_group();
  for (int i = 0; i < 25; ++i)
    report.group_reports[0].left.add({"sources/k" + std::to_string(i), LeftReason::changed, ""});
  report.group_reports[0].left.add({"sources/odd\x1b[2J", LeftReason::not_deleted, "AccessDenied"});
  report.group_reports[0].left.add({"sources/vast", LeftReason::too_large, ""});
  const std::string text = text_of(report);
  EXPECT_THAT(text, HasSubstr("LEFT IN PLACE: 27 objects\n"));
  EXPECT_THAT(text, HasSubstr("  needs more memory than the run may use (--memory): 1\n"));
  EXPECT_THAT(text, HasSubstr("  changed while it was being archived: 25\n"));
  EXPECT_THAT(text, HasSubstr("    sources/k19: "));
  EXPECT_THAT(text, Not(HasSubstr("sources/k20")));
  EXPECT_THAT(text, HasSubstr("    and 7 more\n"));
  EXPECT_THAT(text, HasSubstr("finished, with objects left in place"));
}

TEST(SummaryText, DeniedDeletesComeWithThePermissionThatIsMissing) {
  RunReport report = one_group();
  report.group_reports[0].left.add({"sources/a", LeftReason::not_deleted, "AccessDenied: Access Denied"});
  report.group_reports[0].left.add({"sources/b", LeftReason::not_deleted, "AccessDenied: Access Denied"});
  EXPECT_THAT(text_of(report),
              HasSubstr("    hint: the credentials need s3:DeleteObject on arn:aws:s3:::source-bucket/* "
                        "(and perhaps s3:DeleteObjectVersion with --delete-versions): allow it"));
  RunReport held = one_group();
  held.group_reports[0].left.add(
      {"sources/a", LeftReason::not_deleted,
       "version 1: AccessDenied: Access Denied because object protected by object lock."});
  EXPECT_THAT(text_of(held), HasSubstr("    hint: a retention or a legal hold keeps this version"));
  RunReport other = one_group();
  other.group_reports[0].left.add({"sources/a", LeftReason::not_deleted, "InternalError"});
  EXPECT_THAT(text_of(other), Not(HasSubstr("hint")));
}

TEST(SummaryText, KeysCannotWriteToTheTerminal) {
  RunReport report = one_group();
  report.group_reports[0].left.add({"sources/odd\x1b[2J\nx", LeftReason::not_deleted, "AccessDenied"});
  const std::string text = text_of(report);
  EXPECT_THAT(text,
              HasSubstr("sources/odd\\x1b[2J\\x0ax: archived, but could not be deleted (AccessDenied)\n"));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(SummaryText, FailedGroupsComeWithTheirErrorAndWhatToDo) {
  RunReport report = one_group();
  report.group_reports[0].failure =
      Error(ErrorKind::access_denied, "no",
            {.operation = "PutObject", .resource = "archive-bucket/x", .code = "AccessDenied"});
  const std::string text = text_of(report);
  EXPECT_THAT(
      text,
      HasSubstr("FAILED: 1 group\n  sources/2018/04/01/: PutObject archive-bucket/x: no (AccessDenied)\n"));
  EXPECT_THAT(text,
              HasSubstr("    hint: the credentials need s3:PutObject on arn:aws:s3:::archive-bucket/x "));
  EXPECT_THAT(text, HasSubstr("put right what is named above, then run the same command again"));
}

TEST(SummaryText, GroupsThatWereNotFoundAreTold) {
  RunReport report;
  report.failure = Error(
      ErrorKind::access_denied, "no",
      {.operation = "ListObjectsV2", .resource = "source-bucket/sources/2018/05/", .code = "AccessDenied"});
  for (const bool with_group : {false, true}) {
    if (with_group) report.group_reports = one_group().group_reports;
    const std::string text = text_of(report);
    EXPECT_THAT(
        text,
        HasSubstr("FAILED: not every group was found\n  ListObjectsV2 source-bucket/sources/2018/05/: no"));
    EXPECT_THAT(text, Not(HasSubstr("nothing to do")));
    EXPECT_EQ(json_of(report)["error"]["operation"], "ListObjectsV2");
  }
  EXPECT_TRUE(json_of(one_group())["error"].is_null());
}

TEST(Summary, TheFileWithEverythingThatIsLeftIsNamed) {
  RunReport report = one_group();
  for (int i = 0; i < 1'200; ++i)
    report.group_reports[0].left.add({"key" + std::to_string(i), archive::LeftReason::changed, ""});
  EXPECT_TRUE(json_of(report)["left"]["file"].is_null());
  EXPECT_EQ(json_of(report)["left"]["all_named"], false);
  report.left_file = "left.jsonl";
  EXPECT_EQ(json_of(report)["left"]["file"], "left.jsonl");
  EXPECT_THAT(text_of(report), HasSubstr("all of them are named in left.jsonl\n"));
}

TEST(SummaryText, AFileThatCouldNotBeWrittenNamesNothing) {
  RunReport report = one_group();
  report.group_reports[0].left.add({"key", archive::LeftReason::changed, ""});
  report.left_file = "left.jsonl";
  EXPECT_EQ(json_of(report)["left"]["all_named"], true);
  report.left_failure = base::Error(base::ErrorKind::transient, "No space left on device");
  EXPECT_THAT(text_of(report), Not(HasSubstr("all of them are named")));
  EXPECT_THAT(text_of(report), Not(HasSubstr("not every group was found")));
  EXPECT_THAT(text_of(report), HasSubstr("FAILED: left.jsonl doesn't name every object that was left\n"));
  EXPECT_EQ(json_of(report)["left"]["all_named"], false);
  EXPECT_THAT(json_of(report)["error"]["message"].get<std::string>(), HasSubstr("No space left"));
  EXPECT_EQ(exit_code_of(report), ExitCode::failed);
}

TEST(ArchiveSummary, WhatAStoreLosesUnderARunIsNoObjectLeftInPlace) {
  RunReport report;
  report.group_reports.emplace_back().failure = base::Error(
      base::ErrorKind::not_found, "there is no such object", {.operation = "PutObject", .code = "NoSuchKey"});
  EXPECT_EQ(exit_code_of(report), ExitCode::failed);
}

TEST(SummaryText, LongVolumeListsAreCut) {
  RunReport report = one_group();
  for (int i = 2; i <= 13; ++i) {
    report.group_reports[0].volumes.push_back(
        {"source-bucket/20180401-" + std::to_string(i) + ".zip", 1, 1, 1});
  }
  EXPECT_THAT(text_of(report), HasSubstr("20180401-10.zip"));
  EXPECT_THAT(text_of(report), Not(HasSubstr("20180401-11.zip")));
  EXPECT_THAT(text_of(report), HasSubstr("  and 3 more\n"));
}

TEST(SummaryText, OtherThingsThatHappenedAreMentioned) {
  RunReport report = one_group();
  GroupReport& group = report.group_reports[0];
  group.already_archived = 40;
  group.vanished = 2;
  group.lost_races = 1;
  archive::ArchiveOptions keep = options();
  keep.keep_sources = true;
  const std::string text = text_of(report, keep);
  EXPECT_THAT(text, HasSubstr("40 objects had been archived by an earlier run"));
  EXPECT_THAT(text, HasSubstr("2 objects were deleted by another process"));
  EXPECT_THAT(text, HasSubstr("1 volume was committed by another run first"));
  EXPECT_THAT(text, HasSubstr("deleted:  nothing (--keep-sources)"));
}

TEST(Summary, LostArchivesAreNamed) {
  RunReport report = one_group();
  report.group_reports[0].lost = {"source-bucket/20180401.zip"};
  EXPECT_THAT(text_of(report), HasSubstr("LOST: 1 archive of a committed volume is gone or replaced"));
  EXPECT_THAT(text_of(report), HasSubstr("/source-bucket/20180401.zip\n"));
  EXPECT_EQ(json_of(report)["groups"][0]["lost"][0], "source-bucket/20180401.zip");
  EXPECT_EQ(json_of(report)["total"]["volumes_lost"], 1);
}

TEST(Summary, ArchivesThatAreStoredOtherwiseAreNamed) {
  RunReport report = one_group();
  report.group_reports[0].otherwise_stored = {
      {"source-bucket/20180401.zip", "storage class STANDARD instead of GLACIER"}};
  const std::string text = text_of(report);
  EXPECT_THAT(text,
              HasSubstr("STORED OTHERWISE: 1 archive has another class, encryption or lock than asked for"));
  EXPECT_THAT(text, HasSubstr("  source-bucket/20180401.zip: storage class STANDARD instead of GLACIER\n"));
  EXPECT_THAT(text, HasSubstr("finished, with archives stored otherwise than asked\n"));
  const auto json = json_of(report);
  EXPECT_EQ(json["exit_code"], 3);
  EXPECT_EQ(json["total"]["volumes_stored_otherwise"], 1);
  EXPECT_EQ(json["groups"][0]["stored_otherwise"][0]["key"], "source-bucket/20180401.zip");
}

TEST(SummaryText, ARunThatOnlyDeletedSaysSo) {
  RunReport report = one_group();
  report.group_reports[0].volumes.clear();
  report.group_reports[0].already_archived = 1500;
  EXPECT_THAT(text_of(report), StartsWith("archived: nothing new in 1 group\n"
                                          "before:   1,500 objects had been archived by an earlier run\n"
                                          "deleted:  1,500 source objects\n"));
}

TEST(SummaryText, DryRunListsTheGroupsAndNothingElse) {
  RunReport report = one_group();
  GroupReport& group = report.group_reports[0];
  group.volumes.clear();
  group.deleted = 0;
  group.to_archive = 1460;
  group.to_archive_bytes = 5'800'000;
  group.already_archived = 40;
  group.already_archived_bytes = 200'000;
  report.dry_run = true;
  EXPECT_EQ(
      text_of(report),
      "dry run: would archive 1,460 objects (5.8 MB) of 1 group; nothing was changed\n"
      "would delete 1,500 objects (6.0 MB): 1,460 (5.8 MB) after archiving them, 40 (200.0 KB) that are "
      "archived already\n"
      "  sources/2018/04/01/  1,460 objects (5.8 MB), 40 archived already\n"
      "not foreseen: objects that a run leaves in place after it has read them (archives of this program, for example),\n"
      "and archives that the store keeps otherwise than asked for (class, encryption, lock)\n");
  const auto json = json_of(report);
  EXPECT_EQ(json["total"]["objects_to_delete"], 1500);
  EXPECT_EQ(json["total"]["bytes_to_delete"], 6'000'000);
  EXPECT_EQ(json["total"]["bytes_already_archived"], 200'000);
  EXPECT_EQ(json["groups"][0]["to_delete"], 1500);
  EXPECT_EQ(json["groups"][0]["to_delete_bytes"], 6'000'000);
  EXPECT_EQ(json["total"]["versions_to_delete"], 0);
  EXPECT_EQ(json["total"]["objects_to_compare"], 0);

  group.versions_to_delete = 7;
  group.versions_to_delete_bytes = 700;
  group.to_compare = 40;
  EXPECT_THAT(text_of(report), HasSubstr("would delete for ever 7 versions (700 B) that are archived"));
  EXPECT_THAT(text_of(report), HasSubstr("of these, 40 would first be compared"));
  EXPECT_EQ(json_of(report)["total"]["versions_to_delete"], 7);
  EXPECT_EQ(json_of(report)["total"]["objects_to_compare"], 40);

  archive::ArchiveOptions keep = options();
  keep.keep_sources = true;
  EXPECT_THAT(text_of(report, keep), HasSubstr("\nwould delete nothing: the sources are kept\n"));
  EXPECT_EQ(json_of(report, keep)["total"]["objects_to_delete"], 0);
  EXPECT_EQ(json_of(report, keep)["groups"][0]["to_delete"], 0);
}

TEST(SummaryText, WhatFitsNoGroupIsCountedAndNamed) {
  RunReport nothing;
  for (int i = 0; i < 7; ++i) nothing.outside.objects.add("sources/o" + std::to_string(i));
  nothing.outside.folders.add("sources/20\x1b-18/");
  RunReport something = one_group();
  something.outside = nothing.outside;
  for (const RunReport& report : {nothing, something}) {
    const std::string text = text_of(report);
    EXPECT_THAT(text,
                HasSubstr("outside:  7 objects and 1 folder with objects that were not counted under "
                          "source-bucket/sources/ fit no group of the layout {prefix}/{yyyy}/{mm}/{dd}/; "
                          "nothing there was touched\n  sources/o0\n"));
    EXPECT_THAT(text, HasSubstr("  sources/o4\n  and 2 more\n  sources/20\\x1b-18/\n"));
    const auto json = json_of(report)["outside_layout"];
    EXPECT_EQ(json["objects"], 7);
    EXPECT_EQ(json["folders"], 1);
    EXPECT_EQ(json["named_objects"].size(), 7U);
    EXPECT_EQ(exit_code_of(report), ExitCode::done);
  }
  EXPECT_THAT(text_of(one_group()), Not(HasSubstr("outside")));
}

TEST(SummaryText, WhatTagsCostIsTold) {
  RunReport report = one_group();
  report.untold_tag_requests = 1500;
  EXPECT_THAT(text_of(report), HasSubstr("tags:     asked for by 1,500 requests, as the store doesn't tell"));
  EXPECT_EQ(json_of(report)["untold_tag_requests"], 1500);
  archive::ArchiveOptions without = options();
  without.without_tags = true;
  EXPECT_THAT(text_of(one_group(), without), HasSubstr("tags:     not archived (--without-tags)"));
  EXPECT_EQ(json_of(one_group(), without)["tags_archived"], false);
}

TEST(SummaryJson, HoldsEverything) {
  RunReport report = one_group();
  report.group_reports[0].left.add({"sources/2018/04/01/a", LeftReason::overwritten, "why"});
  const nlohmann::json json = json_of(report);
  EXPECT_EQ(json["exit_code"], 3);
  EXPECT_EQ(json["outcome"], "left");
  EXPECT_EQ(json["bucket"], "source-bucket");
  EXPECT_EQ(json["archive_bucket"], "archive-bucket");
  EXPECT_EQ(json["seconds"], 3.0);
  EXPECT_EQ(json["total"]["objects_archived"], 1500);
  EXPECT_EQ(json["total"]["archive_bytes"], 1'500'000);
  EXPECT_EQ(json["total"]["objects_deleted"], 1500);
  EXPECT_EQ(json["groups"][0]["prefix"], "sources/2018/04/01/");
  EXPECT_EQ(json["groups"][0]["volumes"][0]["key"], "source-bucket/20180401.zip");
  EXPECT_TRUE(json["groups"][0]["error"].is_null());
  EXPECT_EQ(json["left"]["by_reason"]["overwritten"], 1);
  EXPECT_EQ(json["left"]["all_named"], true);
  EXPECT_EQ(json["left"]["named"][0]["key"], "sources/2018/04/01/a");
  EXPECT_EQ(json["left"]["named"][0]["detail"], "why");
  EXPECT_EQ(json["requests"]["total"], 1505);
  EXPECT_EQ(json["requests"]["retries"], 7);
  EXPECT_EQ(json["requests"]["by_operation"]["GetObject"], 1500);
}

TEST(SummaryJson, NamesEveryKeptLeftObject) {
  RunReport report = one_group();
  for (int i = 0; i < 300; ++i) report.group_reports[0].left.add({std::to_string(i), LeftReason::frozen, ""});
  EXPECT_EQ(json_of(report)["left"]["named"].size(), 300U);
}

TEST(SummaryJson, SurvivesKeysThatAreNotUtf8) {
  RunReport report = one_group();
  report.group_reports[0].left.add({"bad\xFFkey", LeftReason::unreadable, ""});
  EXPECT_EQ(json_of(report)["left"]["named"][0]["key"], "bad\xEF\xBF\xBDkey");
}

TEST(SummaryJson, FailedGroupAndFailedRun) {
  RunReport report = one_group();
  report.group_reports[0].failure =
      Error(ErrorKind::throttled, "slow", {.operation = "GetObject", .attempts = 10});
  const nlohmann::json error = json_of(report)["groups"][0]["error"];
  EXPECT_EQ(error["kind"], "throttled");
  EXPECT_EQ(error["worth_retrying"], true);
  EXPECT_EQ(error["attempts"], 10);
  EXPECT_THAT(error["hint"].get<std::string>(), HasSubstr("--threads"));

  const nlohmann::json failure = nlohmann::json::parse(
      json_failure("archive", Error(ErrorKind::access_denied, "no credentials"), ExitCode::refused));
  EXPECT_EQ(failure["exit_code"], 2);
  EXPECT_EQ(failure["error"]["message"], "no credentials");
}

TEST(ErrorText, IsTheErrorAndAHint) {
  EXPECT_EQ(error_text(Error(ErrorKind::transient, "connection refused",
                             {.operation = "HeadBucket", .resource = "b"})),
            "s3compress: HeadBucket b: connection refused\n"
            "hint: the store can't be reached: check --endpoint-url (AWS_ENDPOINT_URL), --region and the "
            "network, then run the same command again\n");
  EXPECT_EQ(error_text(Error(ErrorKind::unsupported, "no")), "s3compress: no\n");
}

TEST(SummaryJson, TellsDaysSlowestGroupsAndCosts) {
  RunReport report = one_group();
  report.group_reports[0].day = "2018-04-01";
  report.group_reports[0].duration = std::chrono::milliseconds(1500);
  for (int i = 0; i < 30; ++i) {
    GroupReport& group = report.group_reports.emplace_back();
    group.prefix = "sources/2018/05/";
    group.day = "2018-05-01";
    group.listed = 1;
    group.duration = std::chrono::milliseconds(i);
  }
  report.bills.sources.add("STANDARD", std::uint64_t{100} << 30, 0);
  report.bills.archives.add("GLACIER", std::uint64_t{100} << 30, 0);
  const auto json = json_of(report);
  ASSERT_EQ(json["by_day"].size(), 1u) << "a day of which nothing was archived has no bar";
  EXPECT_EQ(json["by_day"][0]["day"], "2018-04-01");
  EXPECT_EQ(json["by_day"][0]["archive_bytes"], 1'500'000);
  EXPECT_EQ(json["slowest_groups"].size(), 20u);
  EXPECT_EQ(json["slowest_groups"][0]["prefix"], "sources/2018/04/01/");
  EXPECT_EQ(json["slowest_groups"][0]["seconds"], 1.5);
  EXPECT_NEAR(json["costs"]["monthly_dollars"]["now"], 2.30, 1e-9) << "100 GB at 0.023";
  EXPECT_NEAR(json["costs"]["monthly_dollars"]["archived"], 0.36, 1e-3) << "at 0.0036";
  EXPECT_NEAR(json["costs"]["request_dollars"], 1.5 * 0.0004 + 0.005 * 0.005, 1e-9)
      << "1,500 GETs and 5 LISTs";
  archive::ArchiveOptions keep = options();
  keep.keep_sources = true;
  EXPECT_NEAR(json_of(report, keep)["costs"]["monthly_dollars"]["archived"], 2.66, 1e-3) << "both are stored";
}

TEST(SummaryJson, TheDocumentOfTheReportHasOnlyTheGroupsThatFailed) {
  RunReport report = one_group();
  GroupReport& failed = report.group_reports.emplace_back();
  failed.prefix = "sources/2018/04/02/";
  failed.failure = Error(ErrorKind::transient, "no answer");
  const Json document = report_document(outcome_of(options(), report));
  ASSERT_EQ(document["groups"].size(), 1u);
  EXPECT_EQ(document["groups"][0]["prefix"], "sources/2018/04/02/");
  EXPECT_EQ(document["total"]["groups"], 2) << "all are counted";
}

}  // namespace
}  // namespace s3c::cli
