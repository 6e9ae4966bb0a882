#include "cli/commands/report_merge.h"

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/encoding.h"
#include "base/plain_file.h"
#include "cli/options/connection.h"
#include "cli/options/output_options.h"
#include "cli/options/reader.h"
#include "cli/output/merged_report.h"
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

  For a script:
    s3compress report merge --output json report-0.json report-1.json
)";

std::vector<std::string> read_files(Reader& reader) {
  if (reader.operands().empty()) {
    throw UsageError("report merge needs the files that hold the reports",
                     "for example: s3compress report merge report-*.json");
  }
  return reader.operands();
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

ExitCode run_report_merge_command(const std::vector<std::string>& files, const SessionSettings& settings) {
  // It works with no store.
  Session session(settings, OnInterrupt::Then::end,
                  [](const SessionSettings&, base::Clock&, const std::shared_ptr<base::Logger>&,
                     const OnInterrupt&) { return std::unique_ptr<StoreConnections>(); });
  std::vector<TaskReport> tasks;
  tasks.reserve(files.size());
  for (const std::string& file : files) tasks.push_back(read_report(file));
  const MergedReport report = merge_reports(std::move(tasks));
  return session.conclude(report);
}

}  // namespace

Command report_merge_command() {
  return {.name = "report merge",
          .operands = "FILE ...",
          .summary = "make one summary of the JSON reports of many tasks",
          .prose = kReportMergeProse,
          .examples = kReportMergeExamples,
          .flags = joined({connection_flags(), output_flags()}),  // these are every command's
          .read = bind_options<read_files, run_report_merge_command>};
}

}  // namespace s3c::cli
