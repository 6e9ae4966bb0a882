// The texts of thaw: what it asks for and what it did, for people or as one JSON document. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "cli/output/outcome.h"
#include "restore/restore_options.h"
#include "restore/restore_report.h"

namespace s3c::cli {

struct ThawSettings {
  restore::RestoreOptions options;
  bool yes = false;
  bool dry_run = false;
};

/// The summary reports the plan too.
struct ThawOutcome : Outcome<ThawSettings, restore::RestoreReport> {
  const restore::RestorePlan& plan;
  base::Counted<std::string> not_found;  ///< keys and globs that were asked for
};

/// Printed before anything is asked for. Lines without line ends.
std::vector<std::string> plan_lines(const ThawSettings& settings, const restore::RestorePlan& plan);

/// What went wrong and what is left, and the last line: the end of the text. Empty if the exit code is done.
std::string problems_text(const ThawOutcome& outcome);

std::string text_summary(const ThawOutcome& outcome);
std::string json_summary(const ThawOutcome& outcome);

}  // namespace s3c::cli
