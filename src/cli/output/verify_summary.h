// The result of verify as it is printed: for people, or as one JSON document. Pure functions.
#pragma once

#include <chrono>
#include <string>

#include "cli/exit_code.h"
#include "cli/output/request_counts.h"
#include "upkeep/verify_run.h"

namespace s3c::cli {

/// All a summary tells about.
struct VerifyOutcome {
  const upkeep::VerifyOptions& options;
  const upkeep::VerifyReport& report;
  RequestCounts requests;
  std::chrono::milliseconds duration{0};
  ExitCode exit_code = ExitCode::done;
};

/// What a verification comes to: damage and volumes that could not be looked at are failures; waiting when
/// all that is missing is a thaw; left when archives lost their id or can't be proven without reading.
ExitCode exit_code_of(const upkeep::VerifyReport& report);

/// Several lines, each ended.
std::string verify_text(const VerifyOutcome& outcome);
/// One JSON document and a line end. Fields are only ever added.
std::string verify_json(const VerifyOutcome& outcome);

}  // namespace s3c::cli
