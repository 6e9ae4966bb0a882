#include "cli/commands/report_merge.h"

#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/encoding.h"
#include "base/plain_file.h"
#include "cli/options/connection.h"
#include "cli/options/output_options.h"
#include "cli/options/reader.h"
#include "cli/options/watch_flags.h"
#include "cli/output/whole_file.h"
#include "cli/report/merged_metrics.h"
#include "cli/report/merged_report.h"
#include "cli/session.h"

namespace s3c::cli {
namespace {

constexpr std::string_view kReportMergeProse =
    R"(Makes one summary of the reports of many tasks: the files to which archive, verify or restore wrote their
result with --output json. Numbers are added, names are joined, and each task that isn't done is named. A
file may have other lines around the document, such as the log of a container; the last document counts.
A file without a document is a task that was killed, and counts as failed; so does a shard of which
there is no file. The exit code is the worst of the tasks' exit codes. No store is asked anything.
)";

constexpr std::string_view kReportMergeExamples = R"(  The result of an array of eight tasks (--shard):
    s3compress report merge report-0.json report-1.json report-2.json report-3.json \
               report-4.json report-5.json report-6.json report-7.json

  The same as a page for people:
    s3compress report merge --report report.html report-0.json report-1.json

  For a script:
    s3compress report merge --output json report-0.json report-1.json
)";

struct MergeSettings {
  std::vector<std::string> files;
  std::string metrics_file;  ///< empty: not wanted
};

Flag metrics_flag() {
  return {.name = "metrics-file",
          .value = "FILE",
          .group = kWatching,
          .help =
              "replace this file by metrics of all tasks together, for Prometheus's textfile collector "
              "(docs/monitoring.md)",
          .once = true};
}

MergeSettings read_merge(Reader& reader) {
  if (reader.operands().empty()) {
    throw UsageError("report merge needs the files that hold the reports",
                     "for example: s3compress report merge report-*.json");
  }
  if (reader.text("metrics-file") == kStandardOutput)
    throw UsageError("--metrics-file takes the name of a file", "standard output is for the result");
  return {reader.operands(), reader.text("metrics-file")};
}

/// A file that can't be read is a task that wrote none.
TaskReport read_report(const std::string& name) {
  if (const auto why = base::why_no_plain_file(name)) return {name, nullptr, *why};
  std::ifstream file(name, std::ios::binary);
  if (!file) return {name, nullptr, "it can't be opened"};
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (file.bad()) return {name, nullptr, "it can't be read"};
  return task_report_of(name, text);
}

/// Returns whether it was written.
bool write_metrics(const WholeFile& file, const MergedReport& report, Session& session) {
  const std::string why = file.replace(merged_metrics_text(report, session.clock().now(), file.text()));
  if (!why.empty()) session.terminal().write_line("s3compress: --metrics-file was not written: " + why);
  return why.empty();
}

ExitCode run_report_merge_command(const MergeSettings& merge, const SessionSettings& settings) {
  // It works with no store.
  Session session(settings, OnInterrupt::Then::end,
                  [](const SessionSettings&, base::Clock&, const std::shared_ptr<base::Logger>&,
                     const OnInterrupt&) { return std::unique_ptr<StoreConnections>(); });
  std::optional<WholeFile> metrics;
  if (!merge.metrics_file.empty()) {
    metrics.emplace("--metrics-file", merge.metrics_file, "s3compress.prom");
    metrics->expect_replaceable();
  }
  std::vector<TaskReport> tasks;
  tasks.reserve(merge.files.size());
  for (const std::string& file : merge.files) tasks.push_back(read_report(file));
  const MergedReport report = merge_reports(std::move(tasks));
  const bool written = !metrics || write_metrics(*metrics, report, session);
  const ExitCode code = session.conclude(report);
  return written ? code : code_of_lost_result(code);
}

}  // namespace

Command report_merge_command() {
  return {.name = "report merge",
          .operands = "FILE ...",
          .summary = "make one summary of the JSON reports of many tasks",
          .prose = kReportMergeProse,
          .examples = kReportMergeExamples,
          .flags = joined({{report_flag(), metrics_flag()},
                           connection_flags(),
                           output_flags()}),  // the last two are every command's
          .read = bind_options<read_merge, run_report_merge_command>};
}

}  // namespace s3c::cli
