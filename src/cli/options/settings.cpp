#include "cli/options/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/encoding.h"
#include "cli/options/config_file.h"
#include "cli/options/nearest.h"
#include "cli/options/usage_error.h"

namespace s3c::cli {

bool is_given(const Flag& flag, const std::string& value, const std::string& origin) {
  if (value.find_first_not_of(" \t\r\n\v\f") != std::string::npos) return true;
  if (flag.traits.empty_is_unset) return false;
  throw UsageError(
      fmt::format("{} has an empty value", origin),
      fmt::format("a variable that isn't set? give it a value or leave it out; {}", usage_of(flag)));
}

std::string did_you_mean(std::string_view command, std::string_view name) {
  std::vector<std::string> names;
  for (const Flag& flag : all_flags(command)) names.emplace_back(flag.name);
  const std::optional<std::string> meant = nearest(canonical_name(name), names);
  return meant ? fmt::format("did you mean --{}?", *meant) : see_help(command);
}

void add_environment(Settings& settings, std::string_view command, const Environment& environment) {
  std::set<std::string> known;
  for (const CommandInfo& any : commands()) {
    for (const Flag& flag : all_flags(any.name)) {
      if (flag.name == "help" || flag.name == "version") continue;
      const std::string variable = environment_name(flag);
      known.insert(variable);
      const std::string value = environment.get(variable).value_or("");
      if (value.empty() || settings.contains(flag.name)) continue;
      if (any.name != command && flag.name != kDryRun) continue;
      if (is_given(flag, value, variable))
        settings.emplace(flag.name, Setting{{value}, Source::environment, variable});
    }
  }
  for (const std::string& name : environment.names_with_prefix(kEnvironmentPrefix)) {
    if (known.contains(name)) continue;
    const std::optional<std::string> meant = nearest(name, {known.begin(), known.end()});
    throw UsageError(
        fmt::format("the environment variable {} is no flag of s3compress", base::printable(name)),
        meant ? fmt::format("did you mean {}? otherwise unset it", *meant) : "unset it");
  }
}

namespace {

/// The flag that setting is about. Throws UsageError when there is none, or none that a file may set.
const Flag& flag_of(const ConfigSetting& setting, std::string_view command, const std::string& origin) {
  if (!setting.section.empty() && !is_command(setting.section)) {
    throw UsageError(fmt::format("{}: there is no section [{}]", origin, setting.section),
                     "flags stand above every section, or in that of their command, such as [archive]");
  }
  const Flag* flag = setting.section.empty() ? find_known_flag(command, setting.name)
                                             : find_flag(setting.section, setting.name);
  if (flag == nullptr) {
    const std::string_view meant = setting.section.empty() ? command : setting.section;
    throw UsageError(fmt::format("{} is no flag of s3compress{}{}", origin,
                                 setting.section.empty() ? "" : " ", setting.section),
                     did_you_mean(meant, setting.name));
  }
  if (flag->name == "config" || flag->name == "help" || flag->name == "version") {
    throw UsageError(fmt::format("{} can't be set in a config file", origin), "give it on the command line");
  }
  return *flag;
}

/// The setting's values that count.
std::vector<std::string> values_of(const ConfigSetting& setting, const Flag& flag,
                                   const std::string& origin) {
  if (setting.values.empty())
    throw UsageError(fmt::format("{} is an empty list", origin), "give it a value or leave it out");
  if (setting.values.size() > 1 && flag.kind != FlagKind::list)
    throw UsageError(fmt::format("{} takes one value", origin));
  std::vector<std::string> values;
  for (const std::string& value : setting.values) {
    if (is_given(flag, value, origin)) values.push_back(value);
  }
  return values;
}

/// Whether a file's setting means the command, and not only another one.
bool is_meant_for(std::string_view command, const ConfigSetting& setting, const Flag& flag) {
  if (!setting.section.empty()) return setting.section == command;
  return find_flag(command, flag.name) != nullptr || flag.name == kDryRun;
}

}  // namespace

void add_config_file(Settings& settings, std::string_view command, const std::string& file_name) {
  std::map<std::string, int> lines;
  Settings found;
  for (const ConfigSetting& setting : load_config(file_name)) {
    const std::string origin =
        fmt::format("{}:{}: {}", base::printable(file_name), setting.line, setting.name);
    const Flag& flag = flag_of(setting, command, origin);
    std::vector<std::string> values = values_of(setting, flag, origin);
    if (values.empty() || !is_meant_for(command, setting, flag)) continue;
    const auto [place, is_new] =
        found.emplace(flag.name, Setting{std::move(values), Source::config_file, origin});
    if (!is_new) {
      throw UsageError(fmt::format("{} is set a second time", origin),
                       fmt::format("it stands in line {} too", lines[place->first]));
    }
    lines[place->first] = setting.line;
  }
  settings.merge(found);  // keeps what is there
}

}  // namespace s3c::cli
