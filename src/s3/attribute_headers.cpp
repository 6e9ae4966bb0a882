#include "s3/attribute_headers.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/error.h"
#include "s3/answer_headers.h"

namespace s3c::s3 {
namespace {

using base::Error;
using base::ErrorKind;

/// Why a header can't carry value unchanged; empty when it can.
std::string_view trouble_with_value(std::string_view value) {
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return "has control characters";
    if (byte >= 0x80) return "has characters outside ASCII, which S3 would change";
  }
  if (value.starts_with(' ') || value.ends_with(' ')) return "begins or ends with a blank, which HTTP drops";
  return {};
}

/// RFC 9110's token, lower-case: S3 returns names in lower case.
bool is_lower_case_token(std::string_view name) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || kOthers.find(c) != std::string_view::npos;
  });
}

class Adder {
 public:
  explicit Adder(Call& call) : call_(call) {}

  void add(std::string name, const std::string& value) {
    if (const std::string_view trouble = trouble_with_value(value); !trouble.empty())
      refuse(fmt::format("{} {}: '{}'", name, trouble, base::printable(value)));
    call_.headers.add(std::move(name), value);
  }
  void add_unless_empty(const char* name, const std::string& value) {
    if (!value.empty()) add(name, value);
  }

  [[noreturn]] void refuse(std::string message) const {
    throw Error(ErrorKind::invalid_argument, std::move(message),
                {.operation = std::string(to_string(call_.operation)),
                 .resource = base::printable(call_.bucket + "/" + call_.key.value_or(""))});
  }

 private:
  Call& call_;
};

}  // namespace

void add_attribute_headers(const ObjectAttributes& attributes, Call& call) {
  Adder adder(call);
  adder.add_unless_empty("Content-Type", attributes.content_type);
  for (const auto& [name, value] : attributes.system_headers) {
    if (!is_system_header(name))
      adder.refuse(fmt::format("'{}' is no system header of an object", base::printable(name)));
    adder.add(name, value);
  }
  for (const auto& [name, value] : attributes.metadata) {
    if (!is_lower_case_token(name))
      adder.refuse(fmt::format("metadata can't be named '{}'", base::printable(name)));
    adder.add("x-amz-meta-" + name, value);
  }
  for (const auto& [name, value] : attributes.tags) {
    if (!base::is_utf8(name) || !base::is_utf8(value))
      adder.refuse(fmt::format("the tag '{}' isn't UTF-8", base::printable(name)));
  }
  if (!attributes.tags.empty()) adder.add("x-amz-tagging", tagging_header(attributes.tags));
  adder.add_unless_empty("x-amz-storage-class", attributes.storage_class);
}

std::string tagging_header(const std::map<std::string, std::string>& tags) {
  std::string text;
  for (const auto& [name, value] : tags) {
    if (!text.empty()) text += '&';
    text.append(base::percent_encode(name)).append("=").append(base::percent_encode(value));
  }
  return text;
}

std::map<std::string, std::string> parse_tagging_header(std::string_view text) {
  std::map<std::string, std::string> tags;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view tag = rest.substr(0, end);
    const std::size_t equals = tag.find('=');
    const auto name = base::percent_decode(tag.substr(0, equals), true);
    const auto value =
        equals == std::string_view::npos ? std::nullopt : base::percent_decode(tag.substr(equals + 1), true);
    if (!name || name->empty() || !value || !tags.emplace(*name, *value).second) {
      throw Error(
          ErrorKind::invalid_argument,
          fmt::format("'{}' is not a list of tags such as team=logs&year=2018", base::printable(text)));
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return tags;
}

}  // namespace s3c::s3
