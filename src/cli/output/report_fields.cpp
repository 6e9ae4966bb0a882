#include "cli/output/report_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "base/encoding.h"
#include "cli/exit_code.h"

namespace s3c::cli {
namespace {

/// Up to here every reader of JSON knows whole numbers exactly.
constexpr std::uint64_t kMostCounted = std::uint64_t{1} << 53;
/// No task works for ten years. With more, the time at which it began could be before all times.
constexpr double kMostSeconds = 10.0 * 366 * 24 * 60 * 60;
/// Fields of these names, and what lies in them, may have fractions.
bool is_measured(std::string_view name) {
  return name == "seconds" || name.ends_with("dollars");
}

enum class FieldKind { text, list, names, counts, object, maybe_object, truth, count };

struct KnownField {
  const char* pointer;
  FieldKind kind;
};

constexpr std::array<KnownField, 46> kKnownFields = {{
    {"/command", FieldKind::text},
    {"/outcome", FieldKind::text},
    {"/exit_code", FieldKind::count},
    {"/dry_run", FieldKind::truth},
    {"/shard", FieldKind::maybe_object},
    {"/shard/index", FieldKind::count},
    {"/shard/count", FieldKind::count},
    {"/run", FieldKind::text},
    {"/split", FieldKind::maybe_object},
    {"/split/tasks", FieldKind::counts},
    {"/split/count", FieldKind::count},
    {"/error", FieldKind::maybe_object},
    {"/error/message", FieldKind::text},
    {"/ended_by", FieldKind::maybe_object},
    {"/ended_by/message", FieldKind::text},
    {"/total", FieldKind::object},
    {"/groups", FieldKind::list},
    {"/left", FieldKind::object},
    {"/left/count", FieldKind::count},
    {"/left/by_reason", FieldKind::object},
    {"/left/named", FieldKind::list},
    {"/left/all_named", FieldKind::truth},
    {"/outside_layout", FieldKind::object},
    {"/outside_layout/objects", FieldKind::count},
    {"/outside_layout/folders", FieldKind::count},
    {"/rows", FieldKind::maybe_object},
    {"/requests", FieldKind::object},
    {"/requests/total", FieldKind::count},
    {"/requests/retries", FieldKind::count},
    {"/requests/by_operation", FieldKind::object},
    {"/not_found", FieldKind::object},
    {"/not_found/count", FieldKind::count},
    {"/not_found/named", FieldKind::names},
    {"/volumes", FieldKind::count},
    {"/whole", FieldKind::count},
    {"/objects", FieldKind::count},
    {"/archive_bytes", FieldKind::count},
    {"/damaged", FieldKind::count},
    {"/frozen", FieldKind::object},
    {"/frozen/count", FieldKind::count},
    {"/restored", FieldKind::count},
    {"/restored_bytes", FieldKind::count},
    {"/equal", FieldKind::count},
    {"/failed", FieldKind::count},
    {"/thaws_started", FieldKind::count},
    {"/waiting", FieldKind::list},
}};

/// What a report of every version has: without it nothing tells what the task did.
struct NeededField {
  std::string_view command;
  const char* pointer;
};
constexpr std::array<NeededField, 3> kNeeded = {
    {{"archive", "/total"}, {"restore", "/restored"}, {"verify", "/volumes"}}};

/// Objects in which every field is a count.
constexpr std::array<const char*, 4> kCounting = {"/total", "/requests/by_operation", "/left/by_reason",
                                                  "/rows"};

bool is_right_count(const Json& value) {
  return value.is_number_unsigned() && value.get<std::uint64_t>() <= kMostCounted;
}

bool is_measure(const Json& value) {
  if (!value.is_number()) return false;
  const auto number = value.get<double>();
  return number >= 0 && number <= static_cast<double>(kMostCounted);  // not a number is neither
}

bool is_of_kind(const Json& value, FieldKind kind) {
  switch (kind) {
    case FieldKind::text:
      return value.is_string();
    case FieldKind::list:
      return value.is_array();
    case FieldKind::names:
      return value.is_array() &&
             std::all_of(value.begin(), value.end(), [](const Json& name) { return name.is_string(); });
    case FieldKind::counts:
      return value.is_array() && std::all_of(value.begin(), value.end(), is_right_count);
    case FieldKind::object:
      return value.is_object();
    case FieldKind::maybe_object:
      return value.is_object() || value.is_null();
    case FieldKind::truth:
      return value.is_boolean();
    case FieldKind::count:
      return is_right_count(value);
  }
  return false;
}

std::string no_count(const std::string& place) {
  return fmt::format("its field {} is no count", base::printable(place));
}

/// The first number in the document that can't be; empty: there is none. The depth of a document is limited where
/// it is read.
std::string wrong_number_in(const Json& value, const std::string& place, bool may_have_fraction) {
  if (value.is_structured()) {
    for (const auto& [key, one] : value.items()) {
      std::string wrong = wrong_number_in(one, place + "/" + key, may_have_fraction || is_measured(key));
      if (!wrong.empty()) return wrong;
    }
    return {};
  }
  if (!value.is_number()) return {};
  return (may_have_fraction ? is_measure(value) : is_right_count(value)) ? std::string() : no_count(place);
}

/// nullptr: it isn't there.
const Json* field_at(const Json& document, const char* pointer) {
  const Json::json_pointer place(pointer);
  return document.contains(place) ? &document.at(place) : nullptr;
}

bool is_above_zero(const Json& document, const char* pointer) {
  const Json* const count = field_at(document, pointer);
  return count != nullptr && *count != 0;
}

}  // namespace

std::string complaint_of_fields(const Json& document) {
  for (const KnownField& field : kKnownFields) {
    const Json* const value = field_at(document, field.pointer);
    if (value == nullptr || is_of_kind(*value, field.kind)) continue;
    if (field.kind == FieldKind::count) return no_count(field.pointer);
    return fmt::format("its field {} is of another kind than this version's", field.pointer);
  }
  for (const char* const pointer : kCounting) {
    const Json* const counts = field_at(document, pointer);
    if (counts == nullptr || counts->is_null()) continue;
    for (const auto& [name, count] : counts->items()) {
      if (!is_right_count(count)) return no_count(fmt::format("{}/{}", pointer, name));
    }
  }
  const Json* const shard = field_at(document, "/shard");
  if (shard != nullptr && shard->is_object() && (!shard->contains("index") || !shard->contains("count")))
    return "its field /shard lacks index or count";
  const Json* const split = field_at(document, "/split");
  if (split != nullptr && split->is_object() && (!split->contains("tasks") || !split->contains("count")))
    return "its field /split lacks tasks or count";
  const Json* const missed = field_at(document, "/not_found");
  if (missed != nullptr && (!missed->contains("count") || !missed->contains("named")))
    return "its field /not_found lacks count or named";
  const Json* const seconds = field_at(document, "/seconds");
  if (seconds != nullptr && (!is_measure(*seconds) || seconds->get<double>() > kMostSeconds))
    return "its field /seconds is no time";
  if (seconds != nullptr) {  // it is a report, not only an error
    const auto needed = std::find_if(kNeeded.begin(), kNeeded.end(),
                                     [&](const auto& one) { return document.at("command") == one.command; });
    if (needed != kNeeded.end() && field_at(document, needed->pointer) == nullptr)
      return fmt::format("its field {} is missing", needed->pointer);
  }
  return wrong_number_in(document, "", false);
}

std::string contradiction_of_exit_code(const Json& document) {
  const auto code = static_cast<ExitCode>(document.at("exit_code").get<int>());
  const Json* const outcome = field_at(document, "/outcome");
  if (outcome == nullptr || outcome->get<std::string>() != name_of(code))
    return fmt::format("its exit code is {}, which is {}, but its outcome is {}", static_cast<int>(code),
                       name_of(code),
                       outcome == nullptr ? "missing" : base::printable(outcome->get<std::string>()));
  if (code != ExitCode::done) return {};
  for (const char* const pointer : {"/error", "/ended_by"}) {
    const Json* const error = field_at(document, pointer);
    if (error != nullptr && !error->is_null())
      return fmt::format("its exit code is 0, but it has {}", pointer);
  }
  for (const char* const pointer : {"/total/groups_failed", "/total/volumes_lost", "/total/objects_left",
                                    "/left/count", "/damaged", "/failed"}) {
    if (is_above_zero(document, pointer)) return fmt::format("its exit code is 0, but {} is not", pointer);
  }
  return {};
}

}  // namespace s3c::cli
