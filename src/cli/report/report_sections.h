// The sections of the report's page. Pure functions. Each returns HTML, empty if there is nothing to say.
#pragma once

#include <string>

#include "cli/report/report_data.h"
#include "cli/report/run_history.h"

namespace s3c::cli {

/// The most important numbers.
std::string tiles(const ReportData& data);
std::string days_section(const ReportData& data);
std::string sizes_section(const ReportData& data);
std::string costs_section(const ReportData& data);
/// What was skipped or left, and why.
std::string skipped_section(const ReportData& data);
/// What went wrong, with what to do about it.
std::string problems_section(const ReportData& data);
std::string slowest_section(const ReportData& data);
/// history: of the one run; the tasks of a merged report have none.
std::string requests_section(const ReportData& data, const RunHistory& history);
/// A line for each task of a merged report.
std::string tasks_section(const ReportData& data);

}  // namespace s3c::cli
