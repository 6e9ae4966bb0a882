// Strict access to the fields of a JSON object, for rows and manifests. Every error names the field's path.
// One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/time.h"

namespace s3c::index {

/// Parses text that must be one JSON object. Throws Error corrupt, saying where the text stops being JSON.
/// Refuses duplicate names within an object, because readers differ about which one counts. Refuses text that
/// nests too deeply, or that has more values than any text of ours of that length. Time and memory grow with
/// the length of the text.
nlohmann::json parse_object(std::string_view text);

/// A view of one JSON object, which must outlive it. Every function throws Error corrupt, with the field's
/// path, when the field has the wrong type. Functions without "optional" in their name also throw it when the
/// field is missing.
class Fields {
 public:
  /// path: of the object itself, empty at the top.
  Fields(const nlohmann::json& object, std::string path);

  bool has(const char* name) const;
  /// Strings are decoded as bytes_from_text does.
  std::string text(const char* name) const;
  std::string nonempty_text(const char* name) const;
  /// Empty if the field is missing. An empty string is refused: the writer leaves such a field out.
  std::string optional_text(const char* name) const;
  /// 0 to 2^64-1, no fraction.
  std::uint64_t number(const char* name) const;
  std::uint64_t number_between(const char* name, std::uint64_t least, std::uint64_t most) const;
  bool boolean(const char* name) const;
  /// ISO 8601, as base::parse_iso8601 takes it.
  base::Timestamp time(const char* name) const;
  std::map<std::string, std::string> map(const char* name) const;
  /// Empty if the field is missing.
  std::map<std::string, std::string> optional_map(const char* name) const;
  Fields object(const char* name) const;
  /// Calls visit with each element, which must be an object.
  void for_each(const char* name, const std::function<void(const Fields&)>& visit) const;

  /// Throws Error corrupt about this field: "<path>: <what>".
  [[noreturn]] void fail(const char* name, const std::string& what) const;

 private:
  const nlohmann::json& at(const char* name) const;
  std::string path_of(const char* name) const;
  /// A string value decoded; name is for the message.
  std::string decode(const nlohmann::json& value, const char* name) const;

  const nlohmann::json& object_;
  std::string path_;
};

}  // namespace s3c::index
