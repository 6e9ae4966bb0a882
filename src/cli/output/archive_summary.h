// The result of a run as it is printed on standard output: for people, or as one JSON document. Pure
// functions.
#pragma once

#include <string>
#include <string_view>

#include "archive/options.h"
#include "archive/report.h"
#include "base/error.h"
#include "cli/exit_code.h"
#include "cli/output/outcome.h"
#include "cli/output/summary_parts.h"

namespace s3c::cli {

using RunOutcome = Outcome<archive::ArchiveOptions, archive::RunReport>;

/// The exit code of a run: the worst that applies.
ExitCode exit_code_of(const archive::RunReport& report);

/// What went wrong and what is left, and the last line: the end of the text. Empty if the exit code is done.
std::string problems_text(const RunOutcome& outcome);
std::string text_summary(const RunOutcome& outcome);
std::string json_summary(const RunOutcome& outcome);
/// The same document for --report: of the groups it has only those that failed.
Json report_document(const RunOutcome& outcome);

/// The reason's name in documents. It is public API; the text of describe() isn't.
std::string_view name_of(archive::LeftReason reason);

/// The document for a command that ended with error before it had a report.
std::string json_failure(std::string_view command, const base::Error& error, ExitCode exit_code);

/// "s3compress: what was wrong" and, if there is one, a line with what to do.
std::string error_text(const base::Error& error);

}  // namespace s3c::cli
