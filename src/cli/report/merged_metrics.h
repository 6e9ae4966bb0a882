// The metrics of many tasks together, for `report merge --metrics-file`. Pure functions.
#pragma once

#include <string>

#include "base/time.h"
#include "cli/output/metrics.h"
#include "cli/report/merged_report.h"

namespace s3c::cli {

/// What the tasks' documents tell, under the names and labels that one run would have. They don't tell the requests
/// by status, latencies, and what changes while a run works. before: the file's text, which may have what outlives a
/// run.
std::string merged_metrics_text(const MergedReport& report, base::Timestamp now, std::string_view before);

/// The metrics of a merge that was refused with this code, so that there is no report: how it ended, and of the text
/// before only what outlives a run. Whose tasks they are is what the labels in before say, too.
std::string refused_metrics_text(ExitCode code, base::Timestamp now, std::string_view before);

}  // namespace s3c::cli
