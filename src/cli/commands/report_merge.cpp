#include "cli/commands/report_merge.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <map>
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
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (file.bad()) return {name, nullptr, "it can't be read"};
  std::erase(text, '\r');  // of a log that a terminal has made: JSON has none
  return task_report_of(name, text);
}

/// --metrics-file: tells how the merge ended, whatever the end is. A file that keeps the success of the time before
/// would hide a job that failed.
class MergeMetrics {
 public:
  /// Throws UsageError if the file can't be written, or is another one.
  MergeMetrics(const std::string& name, Session& session) : session_(session) {
    if (name.empty()) return;
    file_.emplace("--metrics-file", name, "s3compress.prom");
    file_->expect_replaceable(is_metrics_text, kMetricsKind);
    before_ = file_->text();
  }

  /// Returns whether it was written, or isn't wanted.
  bool write(const MergedReport& report) {
    return replace([&](base::Timestamp now) { return merged_metrics_text(report, now, before_); });
  }
  bool write_refusal(ExitCode code) {
    return replace([&](base::Timestamp now) { return refused_metrics_text(code, now, before_); });
  }

 private:
  template <typename TextAt>
  bool replace(TextAt text_at) {
    if (!file_) return true;
    const std::string why = file_->replace(text_at(session_.clock().now()));
    if (!why.empty()) session_.terminal().write_line("s3compress: --metrics-file was not written: " + why);
    return why.empty();
  }

  Session& session_;
  std::optional<WholeFile> file_;
  std::string before_;
};

/// Throws base::Error (invalid_argument). By another name, or through a link, a file is the same.
void expect_each_file_once(const std::vector<std::string>& files) {
  std::map<std::pair<dev_t, ino_t>, const std::string*> seen;
  for (const std::string& file : files) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    const auto [at, is_new] = seen.emplace(std::pair(status.st_dev, status.st_ino), &file);
    if (is_new) continue;
    throw base::Error(base::ErrorKind::invalid_argument,
                      fmt::format("\"{}\" and \"{}\" are the same file: give each report once",
                                  base::printable(*at->second), base::printable(file)),
                      {.operation = "report merge"});
  }
}

MergedReport merged_report_of(const std::vector<std::string>& files, MergeMetrics& metrics) {
  try {
    expect_each_file_once(files);
    std::vector<TaskReport> tasks;
    tasks.reserve(files.size());
    for (const std::string& file : files) tasks.push_back(read_report(file));
    return merge_reports(std::move(tasks));
  } catch (const base::Error& error) {
    metrics.write_refusal(
        exit_code_of(error));  // the error ends the command, whether that was written or not
    throw;
  }
}

ExitCode run_report_merge_command(const MergeSettings& merge, const SessionSettings& settings) {
  // It works with no store.
  Session session(settings, OnInterrupt::Then::end,
                  [](const SessionSettings&, base::Clock&, const std::shared_ptr<base::Logger>&,
                     const OnInterrupt&) { return std::unique_ptr<StoreConnections>(); });
  MergeMetrics metrics(merge.metrics_file, session);
  MergedReport report = merged_report_of(merge.files, metrics);
  if (!metrics.write(report)) report.exit_code = code_of_lost_result(report.exit_code);
  ExitCode code = report.exit_code;
  try {
    code = session.conclude(report);
  } catch (const LostResult& lost) {
    report.exit_code = lost.code();
    metrics.write(report);
    throw;
  }
  // The page could not be written: the metrics must tell that, too.
  if (code != std::exchange(report.exit_code, code)) metrics.write(report);
  return code;
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
