// What a restore is going to do and what it did, as it is printed: for people, or as one JSON document. Pure
// functions.
#pragma once

#include <chrono>
#include <string>

#include "archive/restore_report.h"
#include "cli/options/command_line.h"
#include "cli/output/exit_code.h"
#include "cli/wiring.h"

namespace s3c::cli {

/// All a summary tells about.
struct RestoreOutcome {
  const RestoreSettings& settings;
  const archive::RestorePlan& plan;
  const archive::RestoreReport& report;
  RequestCounts requests;
  std::chrono::milliseconds duration{0};
  ExitCode exit_code = ExitCode::done;
};

/// Told before it starts: how much, what has to be thawed, how long that takes and what it costs. Lines
/// without their ends.
std::vector<std::string> plan_lines(const RestoreSettings& settings, const archive::RestorePlan& plan);

/// Several lines, each ended.
std::string restore_text(const RestoreOutcome& outcome);
/// One JSON document and a line end. Fields are only ever added.
std::string restore_json(const RestoreOutcome& outcome);

}  // namespace s3c::cli
