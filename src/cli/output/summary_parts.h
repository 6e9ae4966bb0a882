// What the summaries of all commands have in common. Pure functions.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/counted.h"
#include "base/day_sums.h"
#include "base/error.h"
#include "base/prices.h"
#include "catalog/layout.h"
#include "catalog/shard.h"
#include "cli/exit_code.h"
#include "cli/output/request_counts.h"
#include "source/group_finder.h"
#include "source/split_set.h"

namespace s3c::cli {

using Json = nlohmann::ordered_json;

/// "  and 5 more"; empty when shown is all.
std::string and_more(std::size_t shown, std::uint64_t total, std::string_view indent);
/// Lines for the first values of a vector, max of them, and_more() of the rest. line(value) is one line
/// without indent and line end.
template <typename T, typename Line>
std::string list_text(const std::vector<T>& values, std::uint64_t total, std::size_t max,
                      std::string_view indent, Line line) {
  std::string text;
  const std::size_t shown = std::min(values.size(), max);
  for (std::size_t i = 0; i < shown; ++i) text.append(indent).append(line(values[i])).append("\n");
  return text + and_more(shown, total, indent);
}
/// The same of all that counted (base/counted.h) has counted.
template <typename Counted, typename Line>
std::string list_text(const Counted& counted, std::size_t max, std::string_view indent, Line line) {
  return list_text(counted.named(), counted.count(), max, indent, line);
}

/// A line with text, and a line with the hint for error if there is one.
std::string failure_text(std::string_view text, const base::Error& error);
/// heading on a line and the failures below it; empty if there are none.
std::string failures_text(std::string_view heading, const base::Failures& failures);
/// The last line of a summary: what its exit code means for the user; empty for done. A command that has more
/// to say of a code has a line of its own. It agrees with every hint (hints.h): the line for refused doesn't
/// say that another try is useless, because it isn't once what the hint names has been put right.
std::string_view last_line(ExitCode code);
/// The line about the requests to the store.
std::string requests_text(const RequestCounts& requests);
/// The line about the shard; empty if it is everything.
std::string shard_text(const catalog::Shard& shard);
/// The line about the part of a split; empty if it is none.
std::string split_part_text(const std::optional<source::SplitTasks>& split);
/// The line about the time.
std::string time_text(std::chrono::milliseconds duration);

/// The first fields of every document.
Json json_head(std::string_view command, ExitCode exit_code);
Json error_json(const base::Error& error);
Json failures_json(const base::Failures& failures);
Json counted_json(const base::Counted<std::string>& names);
/// One prefix is a text, as it was when there could only be one.
Json prefixes_json(const catalog::Prefixes& prefixes);
Json outside_json(const source::OutsideLayout& outside);
Json requests_json(const RequestCounts& requests);
Json by_day_json(const base::DaySums& by_day);
/// Where the dollars of a document come from.
Json prices_json(const base::Prices& prices);
/// Null if it is everything.
Json shard_json(const catalog::Shard& shard);
/// Null if it is no part of a split, or all of one.
Json split_part_json(const std::optional<source::SplitTasks>& split);
/// Doesn't throw for bad UTF-8, because a result must be printed whatever bytes a key holds.
std::string dumped(const Json& json);
/// The same on one line, for results that are a stream of documents.
std::string json_line(const Json& json);

}  // namespace s3c::cli
