#include "cli/exit_code.h"

#include <algorithm>

namespace s3c::cli {

std::string_view name_of(ExitCode code) {
  const auto found = std::find_if(kExitCodes.begin(), kExitCodes.end(),
                                  [code](const ExitCodeMeaning& row) { return row.code == code; });
  return found == kExitCodes.end() ? "unknown" : found->name;
}

ExitCode exit_code_of(base::ErrorKind kind) {
  if (kind == base::ErrorKind::cancelled) return ExitCode::interrupted;
  if (kind == base::ErrorKind::damaged) return ExitCode::damaged;
  if (kind == base::ErrorKind::not_found) return ExitCode::left;
  if (kind == base::ErrorKind::wrong_state) return ExitCode::waiting;
  return worth_retrying(kind) ? ExitCode::failed : ExitCode::refused;
}

ExitCode exit_code_of_run_error(const base::Error& error) {
  return error.kind() == base::ErrorKind::not_found ? ExitCode::failed : exit_code_of(error);
}

ExitCode exit_code_of(const base::Error& error) {
  return exit_code_of(error.kind());
}

ExitCode exit_code_of(const base::KindCounts& errors) {
  ExitCode code = ExitCode::done;
  for (const auto& [kind, count] : errors) code = worse(code, exit_code_of(kind));
  return code;
}

ExitCode code_of_lost_result(ExitCode code) {
  return code == ExitCode::waiting ? code : worse(code, ExitCode::failed);
}

ExitCode worse(ExitCode a, ExitCode b) {
  return *std::find_if(kWorstFirst.begin(), kWorstFirst.end(),
                       [a, b](ExitCode code) { return code == a || code == b; });
}

}  // namespace s3c::cli
