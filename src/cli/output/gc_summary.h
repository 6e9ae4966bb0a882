// The result of gc as it is printed on standard output: for people, or as one JSON document. Pure functions.
#pragma once

#include <chrono>
#include <string>

#include "cli/exit_code.h"
#include "cli/output/request_counts.h"
#include "upkeep/gc_run.h"

namespace s3c::cli {

/// Everything that a summary reports.
struct GcOutcome {
  const upkeep::GcOptions& options;
  const upkeep::GcReport& report;
  RequestCounts requests;
  std::chrono::milliseconds duration{0};
  ExitCode exit_code = ExitCode::done;
};

/// The exit code of a clean-up. If several apply: the first of interrupted, refused, failed, left. Damage
/// that gc found counts as failed.
ExitCode exit_code_of(const upkeep::GcReport& report);

/// A line for each thing found, then the totals. Each line has its line end.
std::string gc_text(const GcOutcome& outcome);

/// One JSON document and a line end. Later versions only add fields.
std::string gc_json(const GcOutcome& outcome);

}  // namespace s3c::cli
