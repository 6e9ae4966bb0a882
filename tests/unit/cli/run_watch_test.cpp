// What --events holds: a golden sequence, and that every event is as docs/events.schema.json says.
#include "cli/run_watch.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "tests/unit/cli/request.h"
#include "tests/unit/cli/temporary_file.h"

namespace s3c::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::refusal_of_archive;
using testing::TemporaryFile;

std::string text_in_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<Json> events_in(const std::string& path) {
  std::vector<Json> events;
  std::istringstream lines(text_in_file(path));
  for (std::string line; std::getline(lines, line);) events.push_back(Json::parse(line));
  return events;
}

WatchOptions options_for(const std::string& events, const std::string& metrics = {}) {
  return {events, metrics, {}, {"archive", "source-bucket", "archive-bucket", "sources", false}};
}

/// The sum of what stores tell, as the sampling sees it.
StoreStats stormy() {
  s3::RequestStats stats;
  for (int i = 0; i < 4; ++i) stats.count_request(s3::Operation::list_objects, 0);
  for (int i = 1; i <= 3; ++i)
    stats.note_retry({s3::Operation::list_objects, "503 SlowDown: reduce your rate", i});
  return {"source", stats.snapshot()};
}

/// Calls everything that a run can tell.
void tell_everything(RunWatch& watch, base::Logger& log) {
  watch.group_started("sources/2018/04/01/");
  log.info("no event");
  log.warn("left {}", "x");
  log.error("lost");
  watch.volume_committed({"sources/2018/04/01/", "s/20180401.zip", 3, 900, 300});
  watch.sources_deleted({"sources/2018/04/01/", "s/20180401.zip", 2, 1});
  watch.group_finished({"sources/2018/04/01/", 1, 3, 2, 1,
                        base::Error(base::ErrorKind::transient, "no answer", {.operation = "GetObject"})});
  watch.restore_planned({2, 5, 700, 1});
  watch.thaw_asked("s/\xff.zip");
  watch.volume_opened("s/20180401.zip", 5);
  watch.volume_verified({"s/20180401.zip", "damaged", false, 2});
  watch.records_made("s/20180401.zip", 3);
  watch.garbage_found({"upload", "removed", "s/20180402.zip", 0});
}

std::string golden_path() {
  return std::string(S3C_TEST_DATA) + "/cli/events.jsonl";
}

TEST(RunWatch, EventsAreAsInTheGoldenFile) {
  const TemporaryFile file("of the night before\n");
  Terminal terminal(STDERR_FILENO, false);
  RunWatch watch(terminal);
  watch.open(options_for(file.path()), "");
  const auto log = make_terminal_logger(terminal, 0, true);
  ::testing::internal::CaptureStderr();
  watch.listen(*log, {});
  {
    const RunWatch::Sampling sampling(watch, [] { return std::vector<StoreStats>{stormy()}; });
  }
  tell_everything(watch, *log);
  const base::Error error(base::ErrorKind::access_denied, "denied", {.operation = "ListObjectsV2"});
  EXPECT_EQ(watch.finish(ExitCode::refused, &error), ExitCode::refused);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "s3compress: error: lost\n")
      << "quiet hides the warning";
  std::string text;
  std::string before;
  for (Json event : events_in(file.path())) {
    EXPECT_EQ(event["run"].get<std::string>().size(), 26u);
    EXPECT_GE(event["time"].get<std::string>(), before);
    before = event["time"];
    event["time"] = "TIME";
    event["run"] = "RUN";
    if (event.contains("version")) event["version"] = "VERSION";
    if (event.contains("seconds")) event["seconds"] = 0.5;
    text += event.dump() + "\n";
  }
  if (std::getenv("S3C_UPDATE_GOLDEN") != nullptr) std::ofstream(golden_path()) << text;
  EXPECT_EQ(text, text_in_file(golden_path())) << "public API: fields may be added, nothing else";
}

TEST(RunWatch, TheSchemaAndThePageKnowEveryEventAndField) {
  const std::string docs =
      (std::filesystem::path(S3C_TEST_DATA).parent_path().parent_path() / "docs").string();
  const Json schema = Json::parse(text_in_file(docs + "/events.schema.json"));
  const std::string page = text_in_file(docs + "/events.md");
  std::map<std::string, Json> described;
  std::set<std::string> seen;
  for (const Json& one : schema["oneOf"]) described[one["properties"]["event"]["const"]] = one;
  for (const Json& event : events_in(golden_path())) {
    const std::string name = event["event"];
    ASSERT_TRUE(described.contains(name)) << name;
    EXPECT_THAT(page, HasSubstr("| `" + name + "` |"));
    std::set<std::string> fields;
    for (const auto& [field, value] : event.items()) {
      if (field == "time" || field == "run" || field == "event") continue;
      fields.insert(field);
      ASSERT_TRUE(described[name]["properties"].contains(field)) << name << "." << field;
      const Json& rule = described[name]["properties"][field];
      const Json types = rule.contains("type") ? rule["type"] : Json("string");
      const std::string is = value.is_null()                                  ? "null"
                             : value.is_string()                              ? "string"
                             : value.is_boolean()                             ? "boolean"
                             : value.is_object()                              ? "object"
                             : value.is_number_integer() && types != "number" ? "integer"
                                                                              : "number";
      if (!rule.contains("enum")) {
        EXPECT_THAT(types.dump(), HasSubstr("\"" + is + "\"")) << name << "." << field;
      } else {
        EXPECT_THAT(rule["enum"].dump(), HasSubstr(value.dump())) << name << "." << field;
      }
    }
    for (const Json& field : described[name]["required"])
      EXPECT_TRUE(fields.contains(field)) << name << " lacks " << field;
    seen.insert(name);
  }
  EXPECT_EQ(seen.size() + 1, described.size())
      << "all but retry_storm_ended: a storm takes ten seconds to end";
}

TEST(RunWatch, ALostEventIsToldOnceAndTheRunGoesOn) {
  Terminal terminal(STDERR_FILENO, false);
  ::testing::internal::CaptureStderr();
  RunWatch watch(terminal);
  watch.open(options_for("/dev/full"), "");
  watch.group_started("a/");
  watch.group_started("b/");
  EXPECT_EQ(watch.finish(ExitCode::done, nullptr), ExitCode::failed);
  const std::string told = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(told, HasSubstr("--events: No space left on device"));
  EXPECT_EQ(std::count(told.begin(), told.end(), '\n'), 1);
}

TEST(RunWatch, AWorseExitCodeStays) {
  for (const auto& [code, with_lost] :
       std::map<ExitCode, ExitCode>{{ExitCode::left, ExitCode::failed},
                                    {ExitCode::waiting, ExitCode::waiting},
                                    {ExitCode::refused, ExitCode::refused},
                                    {ExitCode::damaged, ExitCode::damaged},
                                    {ExitCode::interrupted, ExitCode::interrupted}}) {
    Terminal terminal(STDERR_FILENO, false);
    ::testing::internal::CaptureStderr();
    RunWatch watch(terminal);
    watch.open(options_for("/dev/full"), "");
    EXPECT_EQ(watch.finish(code, nullptr), with_lost);
    ::testing::internal::GetCapturedStderr();
  }
}

TEST(RunWatch, MetricsKeepWhatEarlierRunsLeft) {
  const TemporaryFile file("");
  Terminal terminal(STDERR_FILENO, false);
  const auto value_of = [&](const std::string& name) {
    const std::string text = text_in_file(file.path());
    const std::size_t at = text.find("\ns3compress_" + name + "{");
    if (at == std::string::npos) return std::string("none");
    const std::size_t value = text.find("} ", at) + 2;
    return text.substr(value, text.find('\n', value) - value);
  };
  {
    RunWatch watch(terminal);
    watch.open(options_for("", file.path()), "");
    EXPECT_EQ(value_of("running"), "1");
    EXPECT_EQ(value_of("last_run_exit_code"), "none");
    watch.volume_committed({"g/", "v.zip", 3, 900, 300});
    EXPECT_EQ(watch.finish(ExitCode::done, nullptr), ExitCode::done);
  }
  const std::string success = value_of("last_success_timestamp_seconds");
  const std::string volume = value_of("last_volume_timestamp_seconds");
  EXPECT_NE(success, "none");
  EXPECT_NE(volume, "none");
  EXPECT_EQ(value_of("last_run_exit_code"), "0");
  EXPECT_EQ(value_of("volumes_committed_total"), "1");
  {
    RunWatch watch(terminal);
    watch.open(options_for("", file.path()), "");
    EXPECT_EQ(value_of("last_run_exit_code"), "0") << "that of the run before, while this one works";
    EXPECT_EQ(watch.finish(ExitCode::left, nullptr), ExitCode::left);
  }
  EXPECT_EQ(value_of("running"), "0");
  EXPECT_EQ(value_of("last_run_exit_code"), "3");
  EXPECT_EQ(value_of("last_success_timestamp_seconds"), success);
  EXPECT_EQ(value_of("last_volume_timestamp_seconds"), volume);
  EXPECT_EQ(value_of("volumes_committed_total"), "0");
}

TEST(RunWatch, AFileThatCanNotBeWrittenEndsItBeforeItBegins) {
  Terminal terminal(STDERR_FILENO, false);
  RunWatch watch(terminal);
  EXPECT_THROW(watch.open(options_for("", "/no-such-folder/x.prom"), ""), UsageError);
  RunWatch events(terminal);
  EXPECT_THROW(events.open(options_for("/no-such-folder/events"), ""), UsageError);
}

TEST(RunWatch, ManyThreadsTellAtOnce) {
  const TemporaryFile file("");
  Terminal terminal(STDERR_FILENO, false);
  RunWatch watch(terminal);
  watch.open(options_for(file.path()), "");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&watch] {
      for (int n = 0; n < 50; ++n) watch.sources_deleted({"g/", "v.zip", 1, 0});
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(watch.finish(ExitCode::done, nullptr), ExitCode::done);
  const std::vector<Json> events = events_in(file.path());
  ASSERT_EQ(events.size(), 202u);
  EXPECT_EQ(events.back()["counts"]["objects_deleted"], 200);
}

TEST(WatchFlags, OneStreamHoldsOneKindOfJson) {
  EXPECT_THAT(refusal_of_archive({"--events", "-", "--output", "json"}).message(), HasSubstr("--events -"));
  testing::archive_request({"--events", "-"});
  testing::archive_request({"--events", "x", "--output", "json"});
}

TEST(WatchFlags, NoTwoFilesAreOne) {
  EXPECT_THAT(refusal_of_archive({"--events", "x", "--metrics-file", "x"}).message(), HasSubstr("same file"));
  EXPECT_THAT(refusal_of_archive({"--events", "x", "--left-to", "x"}).message(), HasSubstr("same file"));
  EXPECT_THAT(refusal_of_archive({"--metrics-file", "x", "--left-to", "x"}).message(),
              HasSubstr("same file"));
  EXPECT_THAT(refusal_of_archive({"--metrics-file", "-"}).message(), HasSubstr("name of a file"));
}

TEST(WatchFlags, PlainHttpStaysOnThisMachine) {
  for (const char* url :
       {"http://gateway:9091", "http://10.0.0.1:9091", "gateway:9091", "ftp://localhost", "https://",
        "http://localhost.evil.example", "http://127.0.0.1@evil.example/", "https://x/?q=1"}) {
    const UsageError refusal = refusal_of_archive({"--metrics-push", url});
    EXPECT_THAT(refusal.message(), HasSubstr("--metrics-push takes https://")) << url;
  }
  for (const char* url : {"http://localhost:9091", "http://127.0.0.1:9091/metrics/job/x", "http://[::1]:9091",
                          "https://user:word@gateway/"})
    testing::archive_request({"--metrics-push", url});
}

TEST(WatchFlags, TheSubjectIsTheRunsBucketsAndPrefix) {
  const auto subject = [](const testing::Words& words) {
    return read_watch(read_settings(commands(), words, Environment())).subject;
  };
  const WatchSubject archive = subject({"--bucket", "s", "--arch-bucket", "a", "--dry-run"});
  EXPECT_EQ(archive.command, "archive");
  EXPECT_EQ(archive.bucket + "," + archive.arch_bucket + "," + archive.prefix, "s,a,sources");
  EXPECT_TRUE(archive.dry_run);
  EXPECT_EQ(subject({"whoami"}).bucket, "");
}

/// The options of a run that writes only a report.
WatchOptions reporting_to(const std::string& file) {
  WatchOptions options = options_for("");
  options.report = file;
  options.command_line = "s3compress archive --years 2018";
  return options;
}

constexpr const char* kOlderPage =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<title>s3compress archive</title>\n</head>\nof the night before";

TEST(RunWatch, TheReportIsWrittenAtTheEndWhateverTheEndIs) {
  const TemporaryFile file(kOlderPage);
  Terminal terminal(STDERR_FILENO, false);
  RunWatch watch(terminal);
  watch.open(reporting_to(file.path()), "");
  EXPECT_TRUE(watch.wants_report());
  EXPECT_THAT(text_in_file(file.path()), AllOf(HasSubstr("is not over"), HasSubstr(watch.run())))
      << "whoever looks now, or after a kill, must not read of an earlier success";
  {
    const RunWatch::Sampling sampling(watch, [] { return std::vector<StoreStats>{stormy()}; });
  }
  const base::Error error(base::ErrorKind::access_denied, "denied", {.operation = "ListObjectsV2"});
  EXPECT_EQ(watch.finish(ExitCode::refused, &error), ExitCode::refused);
  const std::string page = text_in_file(file.path());
  for (const char* text :
       {"s3compress archive", "denied", "s3compress archive --years 2018", ">refused</span>"})
    EXPECT_THAT(page, HasSubstr(text));
}

TEST(RunWatch, TheReportTellsTheEndNotWhatTheCommandForesaw) {
  const TemporaryFile file("");
  Terminal terminal(STDERR_FILENO, false);
  RunWatch watch(terminal);
  watch.open(reporting_to(file.path()), "");
  watch.keep_document({{"command", "archive"}, {"outcome", "done"}, {"exit_code", 0}});
  const base::Error error(base::ErrorKind::internal, "the disk is full");
  watch.finish(ExitCode::failed, &error);
  EXPECT_THAT(text_in_file(file.path()),
              ::testing::AllOf(HasSubstr(">failed</span>"), HasSubstr("the disk is full")));
}

TEST(RunWatch, AReportThatCantBeWrittenIsRefusedAtTheStart) {
  Terminal terminal(STDERR_FILENO, false);
  for (const char* name : {"/no-such-folder/report.html", "/dev/full", "/tmp"}) {
    RunWatch watch(terminal);
    EXPECT_THROW(watch.open(reporting_to(name), ""), UsageError) << name;
    EXPECT_FALSE(watch.wants_report());
  }
}

TEST(RunWatch, AReportThatIsLostAtTheEndIsToldAndChangesTheExitCode) {
  const TemporaryFile place("");
  const std::string folder = place.path() + ".folder";
  std::filesystem::create_directory(folder);
  Terminal terminal(STDERR_FILENO, false);
  RunWatch watch(terminal);
  watch.open(reporting_to(folder + "/report.html"), "");
  std::filesystem::remove_all(folder);
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(watch.finish(ExitCode::done, nullptr), ExitCode::failed);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "s3compress: --report was not written: No such file or directory\n");
}

TEST(RunWatch, AFileThatIsNoPageIsNotReplacedByOne) {
  for (const char* text :
       {"a manifest", "<!DOCTYPE html><title>Mine</title>", "# HELP s3compress_running 1\n"}) {
    const TemporaryFile file(text);
    const TemporaryFile events("of the night before");
    Terminal terminal(STDERR_FILENO, false);
    RunWatch watch(terminal);
    WatchOptions options = reporting_to(file.path());
    options.events = events.path();
    EXPECT_THROW(watch.open(options, ""), UsageError) << text;
    const base::Error error(base::ErrorKind::invalid_argument, "refused");
    EXPECT_EQ(watch.finish(ExitCode::refused, &error), ExitCode::refused);
    EXPECT_EQ(text_in_file(file.path()), text);
    EXPECT_EQ(text_in_file(events.path()), "of the night before");
  }
}

TEST(RunWatch, AFileThatIsNoMetricsIsNotReplacedByThem) {
  const TemporaryFile file("a manifest");
  Terminal terminal(STDERR_FILENO, false);
  RunWatch watch(terminal);
  EXPECT_THROW(watch.open(options_for("", file.path()), ""), UsageError);
  EXPECT_EQ(text_in_file(file.path()), "a manifest");
}

TEST(RunWatch, WhatTheRunPutThereMeanwhileStays) {
  for (const bool is_page : {true, false}) {
    const TemporaryFile file("");
    const TemporaryFile member("a member that was restored");
    Terminal terminal(STDERR_FILENO, false);
    RunWatch watch(terminal);
    watch.open(is_page ? reporting_to(file.path()) : options_for("", file.path()), "");
    std::filesystem::rename(member.path(), file.path());
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(watch.finish(ExitCode::done, nullptr), is_page ? ExitCode::failed : ExitCode::done);
    EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("another file has come there"));
    EXPECT_EQ(text_in_file(file.path()), "a member that was restored");
  }
}

TEST(RunWatch, TheReportKnowsThatAnEventWasLost) {
  const TemporaryFile file("");
  Terminal terminal(STDERR_FILENO, false);
  ::testing::internal::CaptureStderr();
  RunWatch watch(terminal);
  WatchOptions options = reporting_to(file.path());
  options.events = "/dev/full";
  watch.open(options, "");
  EXPECT_EQ(watch.conclude(ExitCode::done, nullptr), ExitCode::failed);
  EXPECT_THAT(text_in_file(file.path()), HasSubstr(">failed</span>"));
  EXPECT_EQ(watch.finish(ExitCode::failed, nullptr), ExitCode::failed);
  ::testing::internal::GetCapturedStderr();
}

TEST(RunWatch, TheEndIsToldOnceAndTheReportAgainIfTheResultIsLost) {
  const TemporaryFile file("");
  const TemporaryFile events("");
  Terminal terminal(STDERR_FILENO, false);
  RunWatch watch(terminal);
  WatchOptions options = reporting_to(file.path());
  options.events = events.path();
  watch.open(options, "");
  EXPECT_EQ(watch.conclude(ExitCode::done, nullptr), ExitCode::done);
  watch.group_started("late/");
  const base::Error error(base::ErrorKind::transient, "standard output is full");
  EXPECT_EQ(watch.conclude(ExitCode::failed, &error), ExitCode::failed);
  EXPECT_EQ(watch.finish(ExitCode::failed, &error), ExitCode::failed);
  EXPECT_THAT(text_in_file(file.path()),
              AllOf(HasSubstr(">failed</span>"), HasSubstr("standard output is full")));
  ASSERT_EQ(events_in(events.path()).size(), 2u);
  EXPECT_EQ(events_in(events.path()).back()["exit_code"], 0) << "docs/running.md says so";
}

TEST(RunWatch, TheReportHasAFileOfItsOwn) {
  EXPECT_THAT(refusal_of_archive({"--report", "x", "--events", "x"}).message(),
              HasSubstr("--events and --report name the same"));
  EXPECT_THAT(refusal_of_archive({"--report", "x", "--metrics-file", "x"}).message(),
              HasSubstr("--metrics-file and --report name the same"));
  EXPECT_THAT(refusal_of_archive({"--report", "x", "--left-to", "x"}).message(),
              HasSubstr("--left-to and --report name the same"));
  EXPECT_THAT(refusal_of_archive({"--report", "-"}).message(),
              HasSubstr("--report takes the name of a file"));
}

}  // namespace
}  // namespace s3c::cli
