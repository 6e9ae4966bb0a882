// Exit codes: public API, told in --help and README.md. What a command's report comes to stands beside its
// summary (output/). Pure functions, any thread.
#pragma once

#include "base/error.h"

namespace s3c::cli {

enum class ExitCode : int {
  done = 0,
  failed = 1,   ///< worth retrying
  refused = 2,  ///< usage, configuration or permission: retrying won't help
  left = 3,     ///< finished, but something was skipped or left in place
  waiting = 4,  ///< a thaw has to end first: run again later
  interrupted = 130,
};

/// What an error that ended the program comes to.
ExitCode exit_code_of(const base::Error& error);
/// The one that counts of two: the first of interrupted, refused, failed, waiting, left, done. An interrupted
/// run says so whatever else happened, and a cause that retrying can't mend is named before one that it can.
ExitCode worse(ExitCode a, ExitCode b);

}  // namespace s3c::cli
