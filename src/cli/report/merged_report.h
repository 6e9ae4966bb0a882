// What the tasks of one job printed with --output json, as one report. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/output/summary_parts.h"

namespace s3c::cli {

/// One task's document.
struct TaskReport {
  std::string file;     ///< its name, for messages
  Json document;        ///< null: there is none
  std::string problem;  ///< why there is none, on one line
};

/// The report in the text that a task printed. The text may have other lines before and behind the document, as the
/// logs of schedulers do; if it has several documents, the last one counts.
TaskReport task_report_of(std::string file, std::string_view text);

struct MergedReport {
  std::string command;  ///< that all tasks ran: "archive", "verify", "restore"
  std::vector<TaskReport> tasks;
  std::uint32_t shards = 0;                   ///< how many there must be; 0: the documents name no shards
  std::vector<std::uint32_t> missing_shards;  ///< of which there is no document
  std::uint32_t split_tasks = 0;              ///< the same of a split (plan --split)
  std::vector<std::uint32_t> missing_split_tasks;  ///< that no document is of
  /// The documents' fields together: numbers are added, lists are joined. Without those that only tell of one task
  /// (its errors are in its document) and with "seconds" of the slowest task.
  Json total;
  /// The worst of the tasks' exit codes. A task without a document has failed, and so has a missing shard.
  ExitCode exit_code = ExitCode::done;
};

/// Throws base::Error (invalid_argument) if the documents can't be of one job: other commands, other buckets, a dry
/// run among runs, other numbers of shards or of a split's tasks, two documents of one shard, task or run, no
/// document at all. Also if a document has a field that this program doesn't write so, or contradicts its own exit
/// code (report_fields.h).
MergedReport merge_reports(std::vector<TaskReport> tasks);

/// What went wrong, and the last line. Empty if the exit code is done.
std::string problems_text(const MergedReport& report);
std::string text_summary(const MergedReport& report);
std::string json_summary(const MergedReport& report);
/// The same document for --report.
Json report_document(const MergedReport& report);

}  // namespace s3c::cli
