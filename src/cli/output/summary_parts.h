// What the summaries of all commands have in common. Pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/error.h"
#include "cli/exit_code.h"
#include "cli/output/request_counts.h"

namespace s3c::cli {

using Json = nlohmann::ordered_json;

/// "  and 5 more"; nothing when none are.
std::string and_more(std::size_t shown, std::uint64_t total, std::string_view indent);
/// The line that tells what was asked of the store.
std::string requests_text(const RequestCounts& requests);

/// What every document begins with.
Json json_head(std::string_view command, ExitCode exit_code);
Json error_json(const base::Error& error);
Json requests_json(const RequestCounts& requests);
/// Never throws over bad UTF-8: a result must come out whatever a key holds.
std::string dumped(const Json& json);
/// The same on one line, for results that are a stream of documents.
std::string json_line(const Json& json);

}  // namespace s3c::cli
