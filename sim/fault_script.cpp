#include "sim/fault_script.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "sim/route.h"

namespace s3c::sim {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr std::uint64_t kMaxCount = 1ULL << 40;         // of requests, bytes
constexpr std::uint64_t kMaxMilliseconds = 86'400'000;  // a day

/// One object of the script. Returns its fields by type and, at the end, names the fields that no caller
/// asked for.
class Fields {
 public:
  /// where: the beginning of messages, such as "rule 2".
  Fields(const json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object.is_object()) fail("is not an object");
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw base::Error(base::ErrorKind::invalid_argument, where_ + ": " + what);
  }
  void add_to_where(const std::string& more) { where_ += more; }

  const json* find(const std::string& name) {
    known_.insert(name);
    const auto found = object_.find(name);
    return found == object_.end() ? nullptr : &*found;
  }
  const json& require(const std::string& name) {
    const json* value = find(name);
    if (value == nullptr) fail(fmt::format("\"{}\" is missing", name));
    return *value;
  }

  std::optional<std::uint64_t> number(const std::string& name, std::uint64_t min, std::uint64_t max) {
    const json* value = find(name);
    return value == nullptr ? std::nullopt : std::optional(as_number(*value, name, min, max));
  }
  std::uint64_t as_number(const json& value, const std::string& name, std::uint64_t min,
                          std::uint64_t max) const {
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() < min || value.get<std::uint64_t>() > max) {
      fail(fmt::format("\"{}\" is {}, must be a whole number from {} to {}", name, value.dump(), min, max));
    }
    return value.get<std::uint64_t>();
  }
  std::optional<double> real(const std::string& name, double min, double max) {
    const json* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number() || value->get<double>() < min || value->get<double>() > max) {
      fail(fmt::format("\"{}\" is {}, must be a number from {} to {}", name, value->dump(), min, max));
    }
    return value->get<double>();
  }
  std::optional<std::string> text(const std::string& name) {
    const json* value = find(name);
    return value == nullptr ? std::nullopt : std::optional(as_text(*value, name));
  }
  std::string required_text(const std::string& name) { return as_text(require(name), name); }
  std::string as_text(const json& value, const std::string& name) const {
    if (!value.is_string() || value.get<std::string>().empty()) {
      fail(fmt::format("\"{}\" is {}, must be a string that isn't empty", name, value.dump()));
    }
    return value.get<std::string>();
  }
  bool flag(const std::string& name) {
    const json* value = find(name);
    if (value == nullptr) return false;
    if (!value->is_boolean()) fail(fmt::format("\"{}\" is {}, must be true or false", name, value->dump()));
    return value->get<bool>();
  }
  std::optional<milliseconds> time(const std::string& name) {
    const std::optional<std::uint64_t> value = number(name, 0, kMaxMilliseconds);
    return value ? std::optional(milliseconds(*value)) : std::nullopt;
  }
  milliseconds required_time(const std::string& name) {
    require(name);
    return time(name).value();
  }
  std::optional<std::int64_t> offset(const std::string& name) {
    const json* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number_integer())
      fail(fmt::format("\"{}\" is {}, must be a whole number", name, value->dump()));
    return value->get<std::int64_t>();
  }
  /// Passes a value, or each value of an array, to take. An absent field has no values.
  template <typename Take>
  void each(const std::string& name, const Take& take) {
    const json* value = find(name);
    if (value == nullptr) return;
    if (!value->is_array()) return take(*value);
    if (value->empty()) fail(fmt::format("\"{}\" is an empty array", name));
    for (const json& one : *value) take(one);
  }
  void refuse_unknown() const {
    for (const auto& [name, value] : object_.items()) {
      if (!known_.contains(name)) fail(fmt::format("unknown field \"{}\"", name));
    }
  }

 private:
  const json& object_;
  std::string where_;
  std::set<std::string> known_;
};

Selector parse_selector(Fields& fields) {
  Selector selector;
  fields.each("operation", [&](const json& value) {
    const std::string text = fields.as_text(value, "operation");
    const std::optional<Operation> operation = parse_operation(text);
    if (!operation) fields.fail(fmt::format("\"operation\": s3sim has no \"{}\"", text));
    selector.operations.push_back(*operation);
  });
  selector.bucket = fields.text("bucket").value_or("*");
  selector.key = fields.text("key").value_or("*");
  fields.each("nth", [&](const json& value) {
    selector.nth.push_back(fields.as_number(value, "nth", 1, kMaxCount));
  });
  selector.from = fields.number("from", 1, kMaxCount).value_or(1);
  selector.times = fields.number("times", 1, kMaxCount);
  selector.probability = fields.real("probability", 0, 1);
  return selector;
}

ErrorFault parse_error(Fields& fields, bool after_effect) {
  ErrorFault fault;
  fault.status = static_cast<int>(fields.as_number(fields.require("status"), "status", 300, 599));
  fault.code = fields.required_text("code");
  fault.retry_after_seconds = fields.number("retry_after", 0, 86'400);
  fault.after_effect = after_effect;
  return fault;
}

CutFault parse_cut(Fields& fields, bool honest_length) {
  CutFault fault;
  fault.keep_bytes = fields.number("keep_bytes", 0, kMaxCount);
  fault.keep_ratio = fields.real("keep_ratio", 0, 1);
  if (fault.keep_bytes.has_value() == fault.keep_ratio.has_value()) {
    fields.fail("needs either \"keep_bytes\" or \"keep_ratio\"");
  }
  fault.honest_length = honest_length;
  if (!honest_length) fault.reset = fields.flag("reset");
  return fault;
}

DropHeadersFault parse_drop_headers(Fields& fields) {
  DropHeadersFault fault;
  auto header_glob = [&](const json& value, const std::string& name) {
    std::string text = fields.as_text(value, name);
    const bool has_upper = std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (has_upper)
      fields.fail(fmt::format("\"{}\": header names are written in lower case: \"{}\"", name, text));
    return text;
  };
  fields.each("request", [&](const json& value) { fault.request.push_back(header_glob(value, "request")); });
  fields.each("response",
              [&](const json& value) { fault.response.push_back(header_glob(value, "response")); });
  if (fault.request.empty() && fault.response.empty()) fields.fail("needs \"request\" or \"response\"");
  return fault;
}

RateLimitFault parse_rate_limit(Fields& fields) {
  fields.require("per_second");
  return {fields.real("per_second", 0.001, 1e9).value(),
          fields.number("prefix_segments", 0, 1024).value_or(0)};
}

Fault parse_fault(const std::string& name, Fields& fields) {
  if (name == "error") return parse_error(fields, false);
  if (name == "error_after") return parse_error(fields, true);
  if (name == "error_in_200")
    return ErrorIn200Fault{fields.required_text("code"), fields.flag("after_effect")};
  if (name == "delay") return DelayFault{fields.required_time("ms")};
  if (name == "stall") {
    return StallFault{fields.number("after_bytes", 0, kMaxCount).value_or(0), fields.required_time("ms")};
  }
  if (name == "reset") return ResetFault{};
  if (name == "lost_reply") return LostReplyFault{fields.flag("reset")};
  if (name == "late") return LateFault{fields.required_time("ms")};
  if (name == "duplicate") return DuplicateFault{fields.time("ms")};
  if (name == "cut_body") return parse_cut(fields, false);
  if (name == "short_body") return parse_cut(fields, true);
  if (name == "flip_byte") return FlipFault{fields.offset("at")};
  if (name == "truncate_xml") return TruncateXmlFault{};
  if (name == "skip_page") return SkipPageFault{};
  if (name == "repeat_page") return RepeatPageFault{};
  if (name == "omit_key") return OmitKeyFault{fields.required_text("match")};
  if (name == "delete_errors") {
    return DeleteErrorsFault{fields.required_text("match"), fields.required_text("code")};
  }
  if (name == "wrong_etag") return WrongEtagFault{};
  if (name == "drop_headers") return parse_drop_headers(fields);
  if (name == "rate_limit") return parse_rate_limit(fields);
  fields.fail(fmt::format("s3sim knows no fault \"{}\"", name));
}

FaultRule parse_rule(const json& object, std::size_t number) {
  Fields fields(object, fmt::format("rule {}", number));
  const std::string name = fields.required_text("fault");
  fields.add_to_where(" (" + name + ")");
  Selector selector = parse_selector(fields);
  Fault fault = parse_fault(name, fields);
  fields.refuse_unknown();
  return {std::move(selector), name, std::move(fault)};
}

}  // namespace

FaultScript parse_fault_script(std::string_view text) {
  json document;
  try {
    document = json::parse(text);
  } catch (const json::parse_error& error) {
    throw base::Error(base::ErrorKind::invalid_argument,
                      fmt::format("the script isn't JSON: {}", error.what()));
  }
  Fields fields(document, "the script");
  FaultScript script;
  script.seed = fields.number("seed", 0, std::numeric_limits<std::uint64_t>::max()).value_or(0);
  if (const json* rules = fields.find("rules")) {
    if (!rules->is_array()) fields.fail("\"rules\" is not an array");
    for (const json& rule : *rules) script.rules.push_back(parse_rule(rule, script.rules.size() + 1));
  }
  fields.refuse_unknown();
  return script;
}

}  // namespace s3c::sim
