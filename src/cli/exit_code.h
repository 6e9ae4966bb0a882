// Exit codes: public API, documented in --help and README.md. The exit code of a command's report is computed
// beside its summary (output/). Pure functions, any thread.
#pragma once

#include <array>
#include <string_view>

#include "base/counted.h"
#include "base/error.h"

namespace s3c::cli {

enum class ExitCode : int {
  done = 0,
  failed = 1,
  refused = 2,
  left = 3,
  waiting = 4,
  damaged = 5,
  interrupted = 130,
};

/// What an exit code is called in JSON, and what it tells the user.
struct ExitCodeMeaning {
  ExitCode code;
  std::string_view name;
  std::string_view meaning;
};

/// All exit codes. --help prints this table; README.md has the same one, and a test compares them.
inline constexpr std::array<ExitCodeMeaning, 7> kExitCodes = {{
    {ExitCode::done, "done", "done, also when there was nothing to do"},
    {ExitCode::failed, "failed", "failed, worth retrying: run the same command again"},
    {ExitCode::refused, "refused",
     "usage, configuration or permission: running it again helps only after you changed something"},
    {ExitCode::left, "left",
     "finished, but something was skipped, left in place, not found or not matched; it is named"},
    {ExitCode::waiting, "waiting", "a volume must be thawed first: run the same command again later"},
    {ExitCode::damaged, "damaged",
     "damage found: an archive, its index or its record isn't what was committed; it is named"},
    {ExitCode::interrupted, "interrupted", "interrupted; the same command goes on where this one stopped"},
}};

/// The order in which exit codes count if several apply; done comes last. interrupted is first because a run
/// that was interrupted must say so, whatever else happened. damaged is next because it must never be missed.
/// refused is before failed because running the command again can't help it.
inline constexpr std::array<ExitCode, 7> kWorstFirst = {
    ExitCode::interrupted, ExitCode::damaged, ExitCode::refused, ExitCode::failed,
    ExitCode::waiting,     ExitCode::left,    ExitCode::done,
};

/// The name in JSON.
std::string_view name_of(ExitCode code);
/// The exit code of an error of this kind.
ExitCode exit_code_of(base::ErrorKind kind);
/// The exit code of an error that ended a part of a run which looks for nothing by name: what the store says is not
/// there had been listed, or was made by this run, so nothing is finished.
ExitCode exit_code_of_run_error(const base::Error& error);
/// The exit code of an error that ended the program.
ExitCode exit_code_of(const base::Error& error);
/// The worst of the errors' exit codes; done if there are none.
ExitCode exit_code_of(const base::KindCounts& errors);
/// The exit code of a command whose result could not be written. code: what it would have been. A command that
/// waits for a thaw still waits: running it again at once would change nothing.
ExitCode code_of_lost_result(ExitCode code);
/// The one of two codes that comes first in kWorstFirst.
ExitCode worse(ExitCode a, ExitCode b);

}  // namespace s3c::cli
