// --split and --out of plan: manifests for tasks.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "cli/options/reader.h"
#include "cli/output/plan_summary.h"
#include "cli/session.h"
#include "plan/split_place.h"

namespace s3c::cli {

/// group: their heading in help.
std::vector<Flag> split_flags(std::string_view group);
/// Reads both flags into settings. REQUIRES: the other options are in it. Throws UsageError.
void read_split(const Reader& reader, PlanSettings& settings);
/// nullptr: the plan isn't split. The session outlives it.
std::unique_ptr<plan::SplitPlace> open_split_place(const SplitSettings& split, Session& session);

}  // namespace s3c::cli
