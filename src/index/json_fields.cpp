#include "index/json_fields.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "base/encoding.h"
#include "index/failure.h"
#include "index/text.h"

namespace s3c::index {

using nlohmann::json;

namespace {

/// No JSON of ours nests more deeply than this. Deeper input is an attack on memory or the stack.
constexpr std::size_t kMaxDepth = 16;
/// A value takes many times the memory of its text; the shorter the text, the more. The shortest value that
/// we write is an entry of the metadata with its comma, "a":"", which has seven bytes.
constexpr std::size_t kLeastBytesPerValue = 6;

/// Makes the document from the parser's events. It isn't left to nlohmann's own parser with a callback: the
/// time of that grows with the square of an array's length.
class DocumentBuilder final : public nlohmann::json_sax<json> {
 public:
  /// text_bytes: length of the whole text.
  explicit DocumentBuilder(std::size_t text_bytes) : values_left_(text_bytes / kLeastBytesPerValue + 1) {}

  json take() { return std::move(root_); }

  bool null() override { return add(nullptr), true; }
  bool boolean(bool value) override { return add(value), true; }
  bool number_integer(number_integer_t value) override { return add(value), true; }
  bool number_unsigned(number_unsigned_t value) override { return add(value), true; }
  bool number_float(number_float_t value, const string_t&) override { return add(value), true; }
  bool string(string_t& value) override { return add(std::move(value)), true; }
  bool binary(binary_t&) override { return false; }  // text has no binary values
  bool start_object(std::size_t) override { return open(json::object()), true; }
  bool start_array(std::size_t) override { return open(json::array()), true; }
  bool end_object() override { return open_.pop_back(), true; }
  bool end_array() override { return open_.pop_back(), true; }
  bool key(string_t& name) override {
    const auto [field, is_new] = open_.back()->get_ref<json::object_t&>().emplace(name, nullptr);
    if (!is_new) throw corrupt(fmt::format("{} twice", base::printable(name)));
    field_ = &field->second;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const json::exception& e) override {
    throw corrupt(base::printable(fmt::format("not JSON: {}", e.what())));
  }

 private:
  json& add(json value) {
    if (values_left_ == 0) throw corrupt("JSON of too many values for its length");
    --values_left_;
    if (open_.empty()) return root_ = std::move(value);
    json& parent = *open_.back();
    if (parent.is_object()) return *field_ = std::move(value);
    parent.push_back(std::move(value));
    return parent.back();
  }
  void open(json value) {
    if (open_.size() == kMaxDepth) throw corrupt("JSON nested too deeply");
    // The address stays valid: the parent grows only after this value is closed.
    open_.push_back(&add(std::move(value)));
  }

  std::size_t values_left_;
  json root_;
  std::vector<json*> open_;  ///< objects and arrays, the innermost last
  json* field_ = nullptr;    ///< where the next value of the innermost object goes
};

}  // namespace

json parse_object(std::string_view text) {
  DocumentBuilder builder(text.size());
  json::sax_parse(text.begin(), text.end(), &builder);
  json value = builder.take();
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

bool Fields::boolean(const char* name) const {
  const json& value = at(name);
  if (!value.is_boolean()) fail(name, "not true or false");
  return value.get<bool>();
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
