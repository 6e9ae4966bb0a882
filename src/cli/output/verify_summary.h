// The result of verify as it is printed: for people, or as one JSON document. Pure functions.
#pragma once

#include <chrono>
#include <string>

#include "archive/verify_run.h"
#include "cli/output/exit_code.h"
#include "cli/wiring.h"

namespace s3c::cli {

/// All a summary tells about.
struct VerifyOutcome {
  const archive::VerifyOptions& options;
  const archive::VerifyReport& report;
  RequestCounts requests;
  std::chrono::milliseconds duration{0};
  ExitCode exit_code = ExitCode::done;
};

/// Several lines, each ended.
std::string verify_text(const VerifyOutcome& outcome);
/// One JSON document and a line end. Fields are only ever added.
std::string verify_json(const VerifyOutcome& outcome);

}  // namespace s3c::cli
