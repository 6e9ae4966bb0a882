// JSON that another program or a server hands us: credentials and tokens. Only the fields that we ask for are
// read. No error quotes the text, because it holds secrets. One thread at a time.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "aws/credentials.h"

namespace s3c::aws {

class JsonDocument {
 public:
  /// what: names the text in errors: "the answer of the container's credentials endpoint". Throws Error:
  /// corrupt unless text is one JSON object.
  JsonDocument(std::string_view text, std::string what);

  /// nullopt: it isn't there, or is no text.
  std::optional<std::string> text(const char* name) const;
  std::optional<std::int64_t> number(const char* name) const;
  /// An object inside. Throws Error: corrupt if it isn't there.
  JsonDocument object(const char* name) const;

  /// Throws Error: corrupt if it isn't there, is no text or is empty.
  std::string required_text(const char* name) const;
  std::int64_t required_number(const char* name) const;
  /// Throws also if it is no time.
  base::Timestamp required_time(const char* name) const;

  /// Sets a field, to write the document again.
  void set(const char* name, std::string value);
  std::string dump() const { return value_.dump(); }
  const std::string& what() const { return what_; }

  [[noreturn]] void fail(const std::string& problem) const;

 private:
  JsonDocument(nlohmann::json value, std::string what, int)
      : value_(std::move(value)), what_(std::move(what)) {}

  nlohmann::json value_;
  std::string what_;
};

/// Credentials from an answer with AccessKeyId, SecretAccessKey, Token and Expiration. Throws Error: corrupt
/// if one of the four is missing; invalid_argument as validate().
Credentials temporary_credentials(const JsonDocument& answer);

}  // namespace s3c::aws
