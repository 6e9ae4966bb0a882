#include "aws/json_document.h"

#include <fmt/format.h>

#include <utility>

#include "aws/expiry.h"
#include "base/error.h"

namespace s3c::aws {
namespace {

/// Credentials and tokens have some KiB.
constexpr std::size_t kMaxText_bytes = 1 << 20;

}  // namespace

JsonDocument::JsonDocument(std::string_view text, std::string what) : what_(std::move(what)) {
  if (text.size() > kMaxText_bytes) fail("is too long");
  value_ = nlohmann::json::parse(text, nullptr, false);
  if (!value_.is_object()) fail("is no JSON object");
}

void JsonDocument::fail(const std::string& problem) const {
  throw base::Error(base::ErrorKind::corrupt, fmt::format("{} {}", what_, problem),
                    {.operation = std::string(kFindCredentials)});
}

std::optional<std::string> JsonDocument::text(const char* name) const {
  const auto found = value_.find(name);
  if (found == value_.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

std::optional<std::int64_t> JsonDocument::number(const char* name) const {
  const auto found = value_.find(name);
  if (found == value_.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<std::int64_t>();
}

JsonDocument JsonDocument::object(const char* name) const {
  const auto found = value_.find(name);
  if (found == value_.end() || !found->is_object()) fail(fmt::format("has no {}", name));
  return {*found, what_, 0};
}

std::string JsonDocument::required_text(const char* name) const {
  auto found = text(name);
  if (!found || found->empty()) fail(fmt::format("has no {}", name));
  return *std::move(found);
}

std::int64_t JsonDocument::required_number(const char* name) const {
  const auto found = number(name);
  if (!found) fail(fmt::format("has no {}", name));
  return *found;
}

base::Timestamp JsonDocument::required_time(const char* name) const {
  const auto time = parse_expiry(required_text(name));
  if (!time) fail(fmt::format("has no time such as 2018-04-01T12:00:00Z in {}", name));
  return *time;
}

void JsonDocument::set(const char* name, std::string value) {
  value_[name] = std::move(value);
}

Credentials temporary_credentials(const JsonDocument& answer) {
  Credentials found{answer.required_text("AccessKeyId"), answer.required_text("SecretAccessKey"),
                    answer.required_text("Token"), answer.required_time("Expiration")};
  validate(found, answer.what());
  return found;
}

}  // namespace s3c::aws
