// What a restore is going to do and what it did, as it is printed: for people, or as one JSON document. Pure
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

/// What restore was asked for, beside what the core needs to know.
struct RestoreSettings {
  restore::RestoreOptions options;
  std::string to = {};  ///< "s3://bucket/prefix" or a directory; empty: where each came from
  bool overwrite = false;
  bool yes = false;
  bool dry_run = false;
};

/// What a restore comes to: of several, the first of interrupted, refused, failed, waiting, left.
ExitCode exit_code_of(const restore::RestoreReport& report);

/// All a summary tells about.
struct RestoreOutcome {
  const RestoreSettings& settings;
  const restore::RestorePlan& plan;
  const restore::RestoreReport& report;
  RequestCounts requests;
  std::chrono::milliseconds duration{0};
  ExitCode exit_code = ExitCode::done;
};

/// Told before it starts: how much, what has to be thawed, how long that takes and what it costs. Lines
/// without their ends.
std::vector<std::string> plan_lines(const RestoreSettings& settings, const restore::RestorePlan& plan);

/// Several lines, each ended.
std::string restore_text(const RestoreOutcome& outcome);
/// One JSON document and a line end. Fields are only ever added.
std::string restore_json(const RestoreOutcome& outcome);

}  // namespace s3c::cli
