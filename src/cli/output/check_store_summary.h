// The result of check-store as it is printed on standard output: for people, or as one JSON document. Pure functions.
#pragma once

#include <string>

#include "cli/output/outcome.h"
#include "upkeep/store_check.h"

namespace s3c::cli {

using CheckStoreOutcome = Outcome<upkeep::StoreCheckOptions, upkeep::StoreCheckReport>;

/// The exit code of a check. refused if a power is missing without which archive isn't safe; left if something
/// stayed behind; otherwise that of the errors.
ExitCode exit_code_of(const upkeep::StoreCheckReport& report);

/// What stayed behind, what went wrong, and the last line. Empty if the exit code is done.
std::string problems_text(const CheckStoreOutcome& outcome);
/// A table for each bucket: power, found, and what its absence costs.
std::string text_summary(const CheckStoreOutcome& outcome);
std::string json_summary(const CheckStoreOutcome& outcome);

}  // namespace s3c::cli
