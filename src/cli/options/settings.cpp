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
namespace {

/// The value of flag in environment; nullopt: not set.
std::optional<Setting> setting_of(const Environment& environment, const Command& command, const Flag& flag) {
  for (const std::string_view name : names_of(command.flags, flag)) {
    if (flag.has_strict_aliases && name != flag.name) continue;
    const std::string variable = environment_name(name);
    const std::string value = environment.get(variable).value_or("");
    if (!value.empty() && is_given(flag, value, variable))
      return Setting{{value}, Source::environment, variable};
  }
  return std::nullopt;
}

/// The variables of all flags of all commands.
std::set<std::string> known_variables(const CommandTable& table) {
  std::set<std::string> known;
  for (const Command& command : table) {
    for (const Flag& flag : command.flags) {
      if (flag.name == "help" || flag.name == "version") continue;
      for (const std::string_view name : names_of(command.flags, flag)) known.insert(environment_name(name));
    }
  }
  return known;
}

/// Throws UsageError when the section is of no command.
void expect_commands(const ConfigSection& section, const CommandTable& table, const Command& command) {
  if (!commands_of(table, section.name).empty()) return;
  std::string heading = section.name;
  std::replace(heading.begin(), heading.end(), ' ', '.');
  const std::string last = section.name.substr(section.name.rfind(' ') + 1);  // npos + 1 is 0
  const Flag* const flag = find_known_flag(table, command, last);
  throw UsageError(fmt::format("{}: there is no section [{}]", section.place, heading),
                   flag == nullptr
                       ? "flags stand above every section, or in the section of their command, such as "
                         "[archive]"
                       : fmt::format("{0} is a flag, so it needs a value: {0} = {1}", last,
                                     takes_value(*flag) ? "..." : "true"));
}

/// The flag that setting names. Its section is of a command. Throws UsageError when there is no such flag, or
/// when a file may not set it.
const Flag& flag_of(const ConfigSetting& setting, const CommandTable& table, const Command& command) {
  const std::string origin = setting.origin();
  const Flag* flag = nullptr;
  const Command* meant = &command;
  if (setting.section.empty()) {
    flag = find_known_flag(table, command, setting.name);
  } else {
    const std::vector<const Command*> commands = commands_of(table, setting.section);
    meant = commands.front();
    for (const Command* one : commands) flag = flag == nullptr ? find_flag(one->flags, setting.name) : flag;
  }
  if (flag == nullptr) {
    throw UsageError(fmt::format("{} is no flag of s3compress{}{}", origin,
                                 setting.section.empty() ? "" : " ", setting.section),
                     did_you_mean(*meant, setting.name));
  }
  if (is_never_in_a_file(*flag))
    throw UsageError(fmt::format("{} can't be set in a config file", origin), "give it on the command line");
  return *flag;
}

/// The setting's values, without empty ones that count as not given. Throws UsageError for an empty list, and
/// for several values of a flag that takes one.
std::vector<std::string> values_of(const ConfigSetting& setting, const Flag& flag) {
  const std::string origin = setting.origin();
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

/// Whether a setting in a file is for this command, and not only for other commands.
bool is_meant_for(const Command& command, const ConfigSetting& setting, const Flag& flag) {
  const Flag* const own = find_flag(command.flags, setting.name);
  const bool has_it = own != nullptr;
  if (setting.section.empty()) {
    const bool is_other_flag = has_it && own->has_strict_aliases && canonical_name(setting.name) != own->name;
    return (has_it && !is_other_flag) || flag.name == kDryRun;
  }
  return has_it && (setting.section == command.name || setting.section == first_word(command.name));
}

/// Whether the setting's name is only an alias of flag, stands above every section, and is the own name of
/// another command's flag.
bool gives_way(const CommandTable& table, const ConfigSetting& setting, const Flag& flag) {
  const std::string name = canonical_name(setting.name);
  if (!setting.section.empty() || name == flag.name) return false;
  return std::any_of(table.begin(), table.end(), [&](const Command& command) {
    return std::any_of(command.flags.begin(), command.flags.end(),
                       [&](const Flag& own) { return own.name == name; });
  });
}

/// The setting of one flag in a file.
struct FoundSetting {
  Setting setting;
  std::string place;
  bool gives_way = false;
};

}  // namespace

bool is_given(const Flag& flag, const std::string& value, const std::string& origin) {
  if (value.find_first_not_of(" \t\r\n\v\f") != std::string::npos) return true;
  if (flag.empty_is_unset) return false;
  throw UsageError(
      fmt::format("{} has an empty value", origin),
      fmt::format("perhaps a variable isn't set: give it a value or leave it out; {}", usage_of(flag)));
}

std::string did_you_mean(const Command& command, std::string_view name) {
  // The names of the AWS CLI: --sse-c, --sse-c-key, --sse-customer-algorithm, --sse-c-copy-source.
  if (canonical_name(name).starts_with("sse-c")) {
    return "a key of your own (SSE-C) is not offered: each later request for an archive would need it, so verify, "
           "restore and gc could not work without it, and whoever loses the key loses the data; use --sse aws:kms "
           "with --sse-kms-key-id";
  }
  std::vector<std::string> names;
  for (const Flag& flag : command.flags) names.emplace_back(flag.name);
  const std::optional<std::string> meant = nearest(canonical_name(name), names);
  return meant ? fmt::format("did you mean --{}?", *meant) : see_help(command.name);
}

void add_environment(Settings& settings, const CommandTable& table, const Command& command,
                     const Environment& environment) {
  for (const Command& any : table) {
    for (const Flag& flag : any.flags) {
      if (flag.name == "help" || flag.name == "version" || settings.contains(flag.name)) continue;
      if (&any != &command && flag.name != kDryRun) continue;
      if (auto setting = setting_of(environment, any, flag)) settings.emplace(flag.name, std::move(*setting));
    }
  }
  const std::set<std::string> known = known_variables(table);
  for (const std::string& name : environment.names_with_prefix(kEnvironmentPrefix)) {
    if (known.contains(name)) continue;
    const std::optional<std::string> meant = nearest(name, {known.begin(), known.end()});
    throw UsageError(
        fmt::format("the environment variable {} is no flag of s3compress", base::printable(name)),
        meant ? fmt::format("did you mean {}? otherwise unset it", *meant) : "unset it");
  }
}

void add_config_file(Settings& settings, const CommandTable& table, const Command& command,
                     const std::string& file_name) {
  std::map<std::string, FoundSetting, std::less<>> found;
  const ConfigFile file = load_config(file_name);
  for (const ConfigSection& section : file.sections) expect_commands(section, table, command);
  for (const ConfigSetting& setting : file.settings) {
    const Flag& flag = flag_of(setting, table, command);
    std::vector<std::string> values = values_of(setting, flag);
    if (values.empty() || !is_meant_for(command, setting, flag)) continue;
    FoundSetting here{{std::move(values), Source::config_file, setting.origin()},
                      setting.place,
                      gives_way(table, setting, flag)};
    const auto there = found.find(flag.name);
    if (there == found.end() || (there->second.gives_way && !here.gives_way)) {
      found.insert_or_assign(std::string(flag.name), std::move(here));
    } else if (here.gives_way == there->second.gives_way) {
      throw UsageError(fmt::format("{} is set a second time", setting.origin()),
                       fmt::format("it is set at {} too", there->second.place));
    }
  }
  // emplace() keeps a setting that came from a stronger place.
  for (auto& [name, one] : found) settings.emplace(name, std::move(one.setting));
}

}  // namespace s3c::cli
