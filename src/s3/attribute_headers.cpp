#include "s3/attribute_headers.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "base/error.h"
#include "base/time.h"
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

void add_lock_headers(const ObjectLock& lock, Call& call) {
  if (!lock.mode.empty()) {
    call.headers.add("x-amz-object-lock-mode", lock.mode);
    call.headers.add("x-amz-object-lock-retain-until-date", base::format_iso8601(lock.retain_until.value()));
  }
  if (lock.legal_hold) call.headers.add("x-amz-object-lock-legal-hold", "ON");
}

/// The trouble with a header; empty: none.
std::string trouble_with_header(std::string_view name, std::string_view value) {
  const std::string_view trouble = trouble_with_value(value);
  return trouble.empty() ? "" : fmt::format("{} {}: '{}'", name, trouble, base::printable(value));
}

}  // namespace

std::string trouble_with(const ObjectAttributes& attributes) {
  std::string trouble = trouble_with_header("Content-Type", attributes.content_type);
  for (const auto& [name, value] : attributes.system_headers) {
    if (!trouble.empty()) return trouble;
    trouble = is_system_header(name)
                  ? trouble_with_header(name, value)
                  : fmt::format("'{}' is no system header of an object", base::printable(name));
  }
  for (const auto& [name, value] : attributes.metadata) {
    if (!trouble.empty()) return trouble;
    trouble = is_lower_case_token(name) ? trouble_with_header("x-amz-meta-" + name, value)
                                        : fmt::format("metadata can't be named '{}'", base::printable(name));
  }
  for (const auto& [name, value] : attributes.tags) {
    if (!trouble.empty()) return trouble;
    if (!base::is_utf8(name) || !base::is_utf8(value))
      trouble = fmt::format("the tag '{}' isn't UTF-8", base::printable(name));
  }
  return trouble.empty() ? trouble_with_header("x-amz-storage-class", attributes.storage_class) : trouble;
}

void add_attribute_headers(const ObjectAttributes& attributes, Call& call) {
  if (std::string trouble = trouble_with(attributes); !trouble.empty()) {
    throw Error(ErrorKind::invalid_argument, std::move(trouble),
                {.operation = std::string(to_string(call.operation)),
                 .resource = base::printable(call.bucket + "/" + call.key.value_or(""))});
  }
  const auto add_unless_empty = [&call](const char* name, const std::string& value) {
    if (!value.empty()) call.headers.add(name, value);
  };
  add_unless_empty("Content-Type", attributes.content_type);
  for (const auto& [name, value] : attributes.system_headers) call.headers.add(name, value);
  for (const auto& [name, value] : attributes.metadata) call.headers.add("x-amz-meta-" + name, value);
  add_unless_empty("x-amz-tagging", tagging_header(attributes.tags));
  add_unless_empty("x-amz-storage-class", attributes.storage_class);
  add_lock_headers(attributes.lock, call);
}

void add_encryption_headers(const Encryption& encryption, Call& call) {
  if (!encryption.algorithm.empty()) call.headers.add("x-amz-server-side-encryption", encryption.algorithm);
  if (!encryption.kms_key_id.empty())
    call.headers.add("x-amz-server-side-encryption-aws-kms-key-id", encryption.kms_key_id);
  if (encryption.bucket_key) call.headers.add("x-amz-server-side-encryption-bucket-key-enabled", "true");
}

void add_acl_header(const std::string& acl, Call& call) {
  if (!acl.empty()) call.headers.add("x-amz-acl", acl);
}

Error explain_refused_lock(const ObjectLock& lock, const Error& error) {
  const bool is_refused = error.context().code == "InvalidRequest" || error.kind() == ErrorKind::unsupported;
  if (lock.empty() || !is_refused) return error;
  return {
      ErrorKind::invalid_argument,
      fmt::format("the bucket takes neither retention nor legal hold ({}): switch Object Lock on for it, or "
                  "archive without them",
                  error.message()),
      error.context()};
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
