// Exit codes: public API, documented in --help and README.md. The exit code of a command's report is computed
// beside its summary (output/). Pure functions, any thread.
#pragma once

#include "base/error.h"

namespace s3c::cli {

enum class ExitCode : int {
  done = 0,
  failed = 1,   ///< worth retrying
  refused = 2,  ///< usage, configuration or permission: retrying won't help
  left = 3,     ///< finished, but something was skipped or left in place
  waiting = 4,  ///< a thaw must end first: run again later
  interrupted = 130,
};

/// The exit code of an error that ended the program.
ExitCode exit_code_of(const base::Error& error);
/// The worse of two codes, in the order interrupted, refused, failed, waiting, left, done. interrupted is
/// first because a run that was interrupted must say so, whatever else happened. refused is before failed
/// because retrying can't help it.
ExitCode worse(ExitCode a, ExitCode b);

}  // namespace s3c::cli
