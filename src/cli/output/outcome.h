// What a command hands to its summary when it ends.
#pragma once

#include <chrono>
#include <string>

#include "cli/exit_code.h"
#include "cli/output/request_counts.h"

namespace s3c::cli {

/// Everything that a summary reports. The summary of a command is three overloads beside its exit_code_of():
/// text_summary(outcome) has several lines, each with its line end; problems_text(outcome) is the end of that
/// text, empty if nothing went wrong; json_summary(outcome) has one JSON document and a line end. Later
/// versions only add fields to it. In keys that aren't UTF-8, U+FFFD stands for the bad bytes.
template <typename Options, typename Report>
struct Outcome {
  const Options& options;
  const Report& report;
  RequestCounts requests;
  std::chrono::milliseconds duration{0};
  ExitCode exit_code = ExitCode::done;
  std::string run = {};  ///< its id
};

}  // namespace s3c::cli
