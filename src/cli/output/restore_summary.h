// The texts of restore: what it is going to do and what it did, for people or as one JSON document. Pure
// functions.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/output/request_counts.h"
#include "restore/restore_options.h"
#include "restore/restore_report.h"

namespace s3c::cli {

/// The options of the core, and those that only the command line knows.
struct RestoreSettings {
  restore::RestoreOptions options;
  std::string to = {};  ///< "s3://bucket/prefix" or a directory; empty: each member's own bucket and key
  bool overwrite = false;
  bool yes = false;
  bool dry_run = false;
};

/// The exit code of a restore. If several apply: the first of interrupted, refused, failed, waiting, left.
ExitCode exit_code_of(const restore::RestoreReport& report);

/// Everything that a summary reports.
struct RestoreOutcome {
  const RestoreSettings& settings;
  const restore::RestorePlan& plan;
  const restore::RestoreReport& report;
  RequestCounts requests;
  std::chrono::milliseconds duration{0};
  ExitCode exit_code = ExitCode::done;
};

/// Printed before the restore starts: how much it restores, what must be thawed, how long that takes and what
/// it costs. Lines without line ends.
std::vector<std::string> plan_lines(const RestoreSettings& settings, const restore::RestorePlan& plan);

/// Several lines, each with its line end.
std::string restore_text(const RestoreOutcome& outcome);
/// One JSON document and a line end. Later versions only add fields.
std::string restore_json(const RestoreOutcome& outcome);

}  // namespace s3c::cli
