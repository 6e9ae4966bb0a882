#include "cli/output/exit_code.h"

#include <algorithm>

namespace s3c::cli {

ExitCode exit_code_of(const base::Error& error) {
  if (error.kind() == base::ErrorKind::cancelled) return ExitCode::interrupted;
  return error.worth_retrying() ? ExitCode::failed : ExitCode::refused;
}

ExitCode exit_code_of(const archive::RunReport& report) {
  if (report.interrupted) return ExitCode::interrupted;
  bool failed = false;
  bool refused = false;
  bool left = false;
  const auto count = [&](const std::optional<base::Error>& failure) {
    if (failure) (failure->worth_retrying() ? failed : refused) = true;
  };
  count(report.failure);  // not every group was found
  for (const archive::GroupReport& group : report.group_reports) {
    count(group.failure);
    if (group.left.count() > 0 || !group.lost.empty()) left = true;
  }
  if (refused) return ExitCode::refused;
  if (failed) return ExitCode::failed;
  return left ? ExitCode::left : ExitCode::done;
}

ExitCode exit_code_of(const archive::GcReport& report) {
  if (report.interrupted) return ExitCode::interrupted;
  if (report.failures.refused()) return ExitCode::refused;
  if (report.failures.count() > 0 || report.damaged.count() > 0) return ExitCode::failed;
  return report.left.count() > 0 ? ExitCode::left : ExitCode::done;
}

ExitCode exit_code_of(const archive::RestoreReport& report) {
  if (report.interrupted) return ExitCode::interrupted;
  bool failed = report.failed != 0 && !report.refused;
  bool refused = report.refused;
  for (const base::Error& error : report.failures) (error.worth_retrying() ? failed : refused) = true;
  if (refused) return ExitCode::refused;
  if (failed) return ExitCode::failed;
  if (!report.waiting.empty()) return ExitCode::waiting;
  return report.existing + report.tied != 0 ? ExitCode::left : ExitCode::done;
}

ExitCode exit_code_of(const archive::VerifyReport& report) {
  if (report.interrupted) return ExitCode::interrupted;
  if (report.refused) return ExitCode::refused;
  if (report.damaged != 0 || report.failed != 0) return ExitCode::failed;
  if (report.frozen.count != 0) return ExitCode::waiting;
  return report.lost_id.count + report.unproven.count != 0 ? ExitCode::left : ExitCode::done;
}

}  // namespace s3c::cli
