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

/// "  and 5 more"; empty when shown is all.
std::string and_more(std::size_t shown, std::uint64_t total, std::string_view indent);
/// The line about the requests to the store.
std::string requests_text(const RequestCounts& requests);

/// The first fields of every document.
Json json_head(std::string_view command, ExitCode exit_code);
Json error_json(const base::Error& error);
Json requests_json(const RequestCounts& requests);
/// Doesn't throw for bad UTF-8, because a result must be printed whatever bytes a key holds.
std::string dumped(const Json& json);
/// The same on one line, for results that are a stream of documents.
std::string json_line(const Json& json);

}  // namespace s3c::cli
