// --report: what a command did, as one HTML page that needs nothing else: no script, no request, no link. It is made of
// the document that --output json prints, so that `report merge` makes the same page of the tasks' documents. Pure
// functions.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "cli/output/summary_parts.h"
#include "cli/report/run_history.h"

namespace s3c::cli {

/// What the page says beside the document.
struct ReportFacts {
  std::string command_line;  ///< as it was typed; without secrets
  std::vector<std::string>
      settings;  ///< from the environment and the config file: "threads = 16 (S3COMPRESS_THREADS)"
  std::string version_text;  ///< of --version
  base::Timestamp started{};
  base::Timestamp ended{};
  RunHistory history;
};

/// What stands in the file while the run works. If the run is killed, the file says so: a page of an earlier run
/// would tell a success that there wasn't. Nothing that the run restores has this text.
std::string unfinished_page(std::string_view command, base::Timestamp started, std::string_view run);
/// Whether text is a page of this program: of any version, and of a run that isn't over, too.
bool is_report_page(std::string_view text);

/// document: what the command prints with --output json; the groups that did not fail may be missing.
std::string report_page(const Json& document, const ReportFacts& facts);

}  // namespace s3c::cli
