// The environment variables of one run, as a value: the process's own in main(), made-up ones in tests.
// Immutable.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace s3c::cli {

class Environment {
 public:
  Environment() = default;
  explicit Environment(std::map<std::string, std::string> variables);
  /// A copy of the process's environment as it is now. HOME is there even if the process has none: it is then
  /// the home in the password file.
  static Environment of_process();

  std::optional<std::string> get(const std::string& name) const;
  /// Names that start with prefix, in order.
  std::vector<std::string> names_with_prefix(std::string_view prefix) const;

 private:
  std::map<std::string, std::string> variables_;
};

}  // namespace s3c::cli
