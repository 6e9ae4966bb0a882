// The result of gc as it is printed on standard output: for people, or as one JSON document. Pure functions.
#pragma once

#include <string>

#include "cli/output/outcome.h"
#include "upkeep/gc_run.h"

namespace s3c::cli {

using GcOutcome = Outcome<upkeep::GcOptions, upkeep::GcReport>;

/// The exit code of a clean-up. If several apply: the first of interrupted, refused, failed, left. Damage
/// that gc found counts as failed.
ExitCode exit_code_of(const upkeep::GcReport& report);

/// A line for each thing found, then the totals.
/// What went wrong and what is left, and the last line: the end of the text. Empty if the exit code is done.
std::string problems_text(const GcOutcome& outcome);
std::string text_summary(const GcOutcome& outcome);
std::string json_summary(const GcOutcome& outcome);

}  // namespace s3c::cli
