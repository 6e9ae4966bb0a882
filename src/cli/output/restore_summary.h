// The texts of restore: what it is going to do and what it did, for people or as one JSON document. Pure
// functions.
#pragma once

#include <string>
#include <vector>

#include "cli/output/outcome.h"
#include "cli/output/summary_parts.h"
#include "restore/restore_options.h"
#include "restore/restore_report.h"

namespace s3c::cli {

/// The options of the core, and those that only the command line knows.
struct RestoreSettings {
  restore::RestoreOptions options;
  std::string to = {};  ///< "s3://bucket/prefix" or a directory; empty: each member's own bucket and key
  bool overwrite = false;
  bool yes = false;
  bool dry_run = false;
};

/// The exit code of a restore: the worst that applies.
ExitCode exit_code_of(const restore::RestoreReport& report);

/// The summary reports the plan too.
struct RestoreOutcome : Outcome<RestoreSettings, restore::RestoreReport> {
  const restore::RestorePlan& plan;
  base::Counted<std::string> not_found;  ///< keys and globs that were asked for
};

/// What is thawed for a plan, how long that takes and what it costs. Lines without line ends. what: "thaw and
/// requests".
std::vector<std::string> thaw_lines(const catalog::ThawOptions& thaw, const restore::RestorePlan& plan,
                                    std::string_view what);
/// The volumes that still wait for a thaw; empty if there are none.
std::string waiting_text(const restore::RestoreReport& report);
std::string failed_volumes_text(const restore::RestoreReport& report);
/// Why the command ended early: an error that holds for everything. Empty if it did not.
std::string ended_text(const restore::RestoreReport& report);
/// What the documents of restore and thaw have in common: the plan, and the last fields.
Json plan_json(const restore::RestorePlan& plan);
Json ending_json(const restore::RestoreReport& report, const RequestCounts& requests);

/// Printed before the restore starts: how much it restores, what must be thawed, how long that takes and what
/// it costs. Lines without line ends.
std::vector<std::string> plan_lines(const RestoreSettings& settings, const restore::RestorePlan& plan);

/// What went wrong and what is left, and the last line: the end of the text. Empty if the exit code is done.
std::string problems_text(const RestoreOutcome& outcome);
std::string text_summary(const RestoreOutcome& outcome);
std::string json_summary(const RestoreOutcome& outcome);
/// The same document for --report.
Json report_document(const RestoreOutcome& outcome);

}  // namespace s3c::cli
