#include "cli/options/environment.h"

#include <pwd.h>
#include <unistd.h>

#include <utility>

namespace s3c::cli {

namespace {

/// Empty if the password file doesn't know the user.
std::string home_of_user() {
  std::string buffer(16'384, '\0');
  passwd entry = {};
  passwd* found = nullptr;
  if (::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return {};
  return found->pw_dir;
}

}  // namespace

Environment::Environment(std::map<std::string, std::string> variables) : variables_(std::move(variables)) {}

Environment Environment::of_process() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  // As a shell and the AWS CLI do: without HOME (cron jobs, env -i) the home is that of the password file.
  if (const std::string home = home_of_user(); variables["HOME"].empty() && !home.empty())
    variables["HOME"] = home;
  return Environment(std::move(variables));
}

std::optional<std::string> Environment::get(const std::string& name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> Environment::names_with_prefix(std::string_view prefix) const {
  std::vector<std::string> names;
  for (const auto& [name, value] : variables_) {
    if (name.starts_with(prefix)) names.push_back(name);
  }
  return names;
}

}  // namespace s3c::cli
