#include "cli/output/summary_parts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/encoding.h"
#include "cli/output/format.h"
#include "cli/output/hints.h"
#include "cli/version.h"

namespace s3c::cli {
std::string and_more(std::size_t shown, std::uint64_t total, std::string_view indent) {
  return total > shown ? fmt::format("{}and {} more\n", indent, format_count(total - shown)) : "";
}

std::string failure_text(std::string_view text, const base::Error& error) {
  std::string lines = fmt::format("  {}\n", text);
  if (const std::string hint = hint_for(error); !hint.empty()) lines += fmt::format("    hint: {}\n", hint);
  return lines;
}

std::string failures_text(std::string_view heading, const base::Failures& failures) {
  if (failures.empty()) return {};
  std::string text = fmt::format("{}\n", heading);
  for (const base::Error& error : failures.named())
    text += failure_text(base::printable(error.what()), error);
  return text + and_more(failures.named().size(), failures.count(), "  ");
}

std::string_view last_line(ExitCode code) {
  switch (code) {
    case ExitCode::done:
      return {};
    case ExitCode::failed:
      return "not everything could be done: run the same command again\n";
    case ExitCode::refused:
      return "not everything could be done: put right what is named above, then run the same command "
             "again\n";
    case ExitCode::left:
      return "finished, but something was left out: see above\n";
    case ExitCode::waiting:
      return "something must be thawed first: run the same command again later\n";
    case ExitCode::damaged:
      return "DAMAGE was found, see above: running the same command again does not repair it\n";
    case ExitCode::interrupted:
      return "interrupted: run the same command again to go on\n";
  }
  return {};
}

std::string shard_text(const catalog::Shard& shard) {
  return shard.is_whole() ? "" : fmt::format("shard:    {}, only its groups\n", shard.text());
}

std::string split_part_text(const std::optional<source::SplitTasks>& split) {
  if (!split) return {};
  constexpr std::size_t kMost = 10;
  const std::size_t shown = std::min(split->tasks.size(), kMost);
  return fmt::format(
      "split:    task {}{} of {}, counted from 0\n",
      fmt::join(split->tasks.begin(), split->tasks.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
      shown == split->tasks.size() ? "" : ", ...", split->count);
}

std::string time_text(std::chrono::milliseconds duration) {
  return fmt::format("time:     {}\n", format_duration(duration, true));
}

std::string requests_text(const RequestCounts& requests) {
  std::string operations;
  for (const auto& [operation, count] : requests.by_operation) {
    operations += fmt::format("{}{} {}", operations.empty() ? "" : ", ", operation, format_count(count));
  }
  std::string text = fmt::format("requests: {}", format_count(requests.total()));
  if (!operations.empty()) text += fmt::format(" ({})", operations);
  return text + fmt::format(", {}\n", format_count(requests.retries, "retry", "retries"));
}

Json json_head(std::string_view command, ExitCode exit_code) {
  return {{"command", command},
          {"version", version()},
          {"outcome", name_of(exit_code)},
          {"exit_code", static_cast<int>(exit_code)}};
}

Json error_json(const base::Error& error) {
  const base::ErrorContext& context = error.context();
  return {{"kind", base::to_string(error.kind())},
          {"message", error.message()},
          {"operation", context.operation},
          {"resource", context.resource},
          {"code", context.code},
          {"http_status", context.http_status},
          {"request_id", context.request_id},
          {"attempts", context.attempts},
          {"worth_retrying", exit_code_of(error) == ExitCode::failed},
          {"hint", hint_for(error)}};
}

Json failures_json(const base::Failures& failures) {
  Json errors = Json::array();
  for (const base::Error& error : failures.named()) errors.push_back(error_json(error));
  return {{"count", failures.count()}, {"errors", errors}};
}

Json counted_json(const base::Counted<std::string>& names) {
  return {{"count", names.count()}, {"named", names.named()}};
}

Json prefixes_json(const catalog::Prefixes& prefixes) {
  return prefixes.size() == 1 ? Json(prefixes.front()) : Json(prefixes);
}

Json outside_json(const source::OutsideLayout& outside) {
  return {{"objects", outside.objects.count()},
          {"folders", outside.folders.count()},
          {"named_objects", outside.objects.named()},
          {"named_folders", outside.folders.named()}};
}

Json requests_json(const RequestCounts& requests) {
  return {{"total", requests.total()},
          {"retries", requests.retries},
          {"throttled", requests.throttled},
          {"sent_bytes", requests.sent_bytes},
          {"received_bytes", requests.received_bytes},
          {"by_operation", requests.by_operation}};
}

Json by_day_json(const base::DaySums& by_day) {
  const auto or_null = [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); };
  Json days = Json::array();
  for (const base::DaySums::Bar& bar : by_day.bars()) {
    days.push_back({{"day", or_null(bar.day)},
                    {"group", or_null(bar.group)},
                    {"objects", bar.sums.objects},
                    {"source_bytes", bar.sums.source_bytes},
                    {"archive_bytes", bar.sums.archive_bytes}});
  }
  return days;
}

Json prices_json(const base::Prices& prices) {
  return {{"region", prices.region()}, {"date", prices.date()}, {"source", prices.source()}};
}

Json shard_json(const catalog::Shard& shard) {
  if (shard.is_whole()) return nullptr;
  return {{"index", shard.index}, {"count", shard.count}};
}

Json split_part_json(const std::optional<source::SplitTasks>& split) {
  if (!split) return nullptr;
  return {{"tasks", split->tasks}, {"count", split->count}};
}

std::string json_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string dumped(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace s3c::cli
