// The result of a run as it is printed on standard output: for people, or as one JSON document. Pure
// functions.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "archive/options.h"
#include "archive/report.h"
#include "base/error.h"
#include "cli/exit_code.h"
#include "cli/output/request_counts.h"

namespace s3c::cli {

/// Everything that a summary reports.
struct RunOutcome {
  const archive::ArchiveOptions& options;
  const archive::RunReport& report;
  RequestCounts requests;
  std::chrono::milliseconds duration{0};
  ExitCode exit_code = ExitCode::done;
};

/// The exit code of a run. If several apply: the first of interrupted, refused, failed, left.
ExitCode exit_code_of(const archive::RunReport& report);

/// Several lines, each with its line end.
std::string text_summary(const RunOutcome& outcome);

/// One JSON document and a line end. Later versions only add fields. In keys that aren't UTF-8, U+FFFD stands
/// for the bad bytes.
std::string json_summary(const RunOutcome& outcome);

/// The document for a command that ended with error before it had a report.
std::string json_failure(std::string_view command, const base::Error& error, ExitCode exit_code);

/// "s3compress: what was wrong" and, if there is one, a line with what to do.
std::string error_text(const base::Error& error);

}  // namespace s3c::cli
