// The result of gc as it is printed on standard output: for people, or as one JSON document. Pure functions.
#pragma once

#include <chrono>
#include <string>

#include "cli/exit_code.h"
#include "cli/output/request_counts.h"
#include "upkeep/gc_run.h"

namespace s3c::cli {

/// All a summary tells about.
struct GcOutcome {
  const upkeep::GcOptions& options;
  const upkeep::GcReport& report;
  RequestCounts requests;
  std::chrono::milliseconds duration{0};
  ExitCode exit_code = ExitCode::done;
};

/// What a clean-up comes to: of several, the first of interrupted, refused, failed, left. Damage that was
/// found counts as failed.
ExitCode exit_code_of(const upkeep::GcReport& report);

/// A line for each thing, and what it comes to; each line ended.
std::string gc_text(const GcOutcome& outcome);

/// One JSON document and a line end. Fields are only ever added.
std::string gc_json(const GcOutcome& outcome);

}  // namespace s3c::cli
