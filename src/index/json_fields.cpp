#include "index/json_fields.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <vector>

#include "base/encoding.h"
#include "index/failure.h"
#include "index/text.h"

namespace s3c::index {

using nlohmann::json;

json parse_object(std::string_view text) {
  std::vector<std::set<std::string>> names;  // of the objects that are open
  const json::parser_callback_t check_names = [&names](int depth, json::parse_event_t event, json& parsed) {
    // Nothing of ours nests more deeply than this; deeper input is an attack on memory or the stack.
    constexpr int kMaxDepth = 16;
    const bool opens =
        event == json::parse_event_t::object_start || event == json::parse_event_t::array_start;
    if (opens && depth >= kMaxDepth) throw corrupt("JSON nested too deeply");
    if (event == json::parse_event_t::object_start) {
      names.emplace_back();
    } else if (event == json::parse_event_t::object_end) {
      names.pop_back();
    } else if (event == json::parse_event_t::key) {
      const auto& name = parsed.get_ref<const std::string&>();
      if (!names.back().insert(name).second) throw corrupt(fmt::format("{} twice", base::printable(name)));
    }
    return true;
  };
  json value;
  try {
    value = json::parse(text.begin(), text.end(), check_names);
  } catch (const json::exception& e) {
    throw corrupt(base::printable(fmt::format("not JSON: {}", e.what())));
  }
  if (!value.is_object()) throw corrupt("not a JSON object");
  return value;
}

Fields::Fields(const json& object, std::string path) : object_(object), path_(std::move(path)) {}

bool Fields::has(const char* name) const {
  return object_.contains(name);
}

std::string Fields::path_of(const char* name) const {
  return path_.empty() ? name : path_ + "." + name;
}

void Fields::fail(const char* name, const std::string& what) const {
  throw corrupt(fmt::format("{}: {}", path_of(name), what));
}

const json& Fields::at(const char* name) const {
  const auto found = object_.find(name);
  if (found == object_.end()) fail(name, "missing");
  return *found;
}

std::string Fields::decode(const json& value, const char* name) const {
  if (!value.is_string()) fail(name, "not a string");
  try {
    return bytes_from_text(value.get_ref<const std::string&>());
  } catch (const base::Error& e) {
    fail(name, e.message());
  }
}

std::string Fields::text(const char* name) const {
  return decode(at(name), name);
}

std::string Fields::nonempty_text(const char* name) const {
  std::string value = text(name);
  if (value.empty()) fail(name, "empty");
  return value;
}

std::string Fields::optional_text(const char* name) const {
  return has(name) ? nonempty_text(name) : std::string();
}

std::uint64_t Fields::number(const char* name) const {
  const json& value = at(name);
  if (!value.is_number_unsigned()) fail(name, "not a number from 0 to 2^64-1");
  return value.get<std::uint64_t>();
}

std::uint64_t Fields::number_between(const char* name, std::uint64_t least, std::uint64_t most) const {
  const std::uint64_t value = number(name);
  if (value < least || value > most) fail(name, fmt::format("{} is not {} to {}", value, least, most));
  return value;
}

base::Timestamp Fields::time(const char* name) const {
  const std::optional<base::Timestamp> value = base::parse_iso8601(text(name));
  if (!value) fail(name, "not a time in ISO 8601, UTC");
  return *value;
}

std::map<std::string, std::string> Fields::map(const char* name) const {
  const json& value = at(name);
  if (!value.is_object()) fail(name, "not an object");
  std::map<std::string, std::string> result;
  for (const auto& [key, item] : value.items()) {
    result.emplace(decode(json(key), name), decode(item, name));
  }
  return result;
}

std::map<std::string, std::string> Fields::optional_map(const char* name) const {
  return has(name) ? map(name) : std::map<std::string, std::string>();
}

Fields Fields::object(const char* name) const {
  const json& value = at(name);
  if (!value.is_object()) fail(name, "not an object");
  return {value, path_of(name)};
}

void Fields::for_each(const char* name, const std::function<void(const Fields&)>& visit) const {
  const json& value = at(name);
  if (!value.is_array()) fail(name, "not an array");
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string path = fmt::format("{}[{}]", path_of(name), i);
    if (!value[i].is_object()) throw corrupt(path + ": not an object");
    visit(Fields(value[i], path));
  }
}

}  // namespace s3c::index
