// Exit codes: public API, told in --help and README.md. Pure functions, any thread.
#pragma once

#include "archive/gc_report.h"
#include "archive/report.h"
#include "archive/restore_report.h"
#include "archive/verify_report.h"
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
/// What a run comes to. Of several, the first of these counts: interrupted, refused, failed, left, done; an
/// interrupted run says so whatever else happened, and a cause that retrying can't mend is named before one
/// that it can.
ExitCode exit_code_of(const archive::RunReport& report);
/// What a clean-up comes to, in the same order. Damage that was found counts as failed.
ExitCode exit_code_of(const archive::GcReport& report);
/// What a verification comes to: damage and volumes that could not be looked at are failures; waiting when
/// all that is missing is a thaw; left when archives lost their id or can't be proven without reading.
ExitCode exit_code_of(const archive::VerifyReport& report);
/// What a restore comes to: of several, the first of interrupted, refused, failed, waiting, left.
ExitCode exit_code_of(const archive::RestoreReport& report);

}  // namespace s3c::cli
