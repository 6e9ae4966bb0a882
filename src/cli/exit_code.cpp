#include "cli/exit_code.h"

namespace s3c::cli {

ExitCode exit_code_of(const base::Error& error) {
  if (error.kind() == base::ErrorKind::cancelled) return ExitCode::interrupted;
  return error.worth_retrying() ? ExitCode::failed : ExitCode::refused;
}

ExitCode worse(ExitCode a, ExitCode b) {
  for (const ExitCode code :
       {ExitCode::interrupted, ExitCode::refused, ExitCode::failed, ExitCode::waiting, ExitCode::left}) {
    if (a == code || b == code) return code;
  }
  return ExitCode::done;
}

}  // namespace s3c::cli
