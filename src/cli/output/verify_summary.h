// The result of verify as it is printed: for people, or as one JSON document. Pure functions.
#pragma once

#include <string>

#include "cli/output/outcome.h"
#include "cli/output/summary_parts.h"
#include "upkeep/verify_run.h"

namespace s3c::cli {

using VerifyOutcome = Outcome<upkeep::VerifyOptions, upkeep::VerifyReport>;

/// The exit code of a verification. If several apply: the first of interrupted, refused, failed, waiting,
/// left. failed: damage, or volumes that could not be checked. waiting: volumes must be thawed first. left:
/// archives lost their id or can't be proven without reading, volumes were named that aren't there, or
/// nothing was found at all.
ExitCode exit_code_of(const upkeep::VerifyReport& report);

/// What went wrong and what is left, and the last line: the end of the text. Empty if the exit code is done.
std::string problems_text(const VerifyOutcome& outcome);
std::string text_summary(const VerifyOutcome& outcome);
std::string json_summary(const VerifyOutcome& outcome);
/// The same document for --report.
Json report_document(const VerifyOutcome& outcome);

}  // namespace s3c::cli
