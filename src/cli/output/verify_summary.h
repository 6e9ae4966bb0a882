// The result of verify as it is printed: for people, or as one JSON document. Pure functions.
#pragma once

#include <chrono>
#include <string>

#include "cli/exit_code.h"
#include "cli/output/request_counts.h"
#include "upkeep/verify_run.h"

namespace s3c::cli {

/// Everything that a summary reports.
struct VerifyOutcome {
  const upkeep::VerifyOptions& options;
  const upkeep::VerifyReport& report;
  RequestCounts requests;
  std::chrono::milliseconds duration{0};
  ExitCode exit_code = ExitCode::done;
};

/// The exit code of a verification. If several apply: the first of interrupted, refused, failed, waiting,
/// left. failed: damage, or volumes that could not be checked. waiting: volumes must be thawed first. left:
/// archives lost their id or can't be proven without reading.
ExitCode exit_code_of(const upkeep::VerifyReport& report);

/// Several lines, each with its line end.
std::string verify_text(const VerifyOutcome& outcome);
/// One JSON document and a line end. Later versions only add fields.
std::string verify_json(const VerifyOutcome& outcome);

}  // namespace s3c::cli
