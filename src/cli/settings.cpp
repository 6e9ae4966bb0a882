#include "cli/settings.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <set>

#include "base/encoding.h"
#include "cli/config_file.h"
#include "cli/flags.h"
#include "cli/nearest.h"
#include "cli/usage_error.h"

namespace s3c::cli {
namespace {

bool takes_value(const Flag& flag) {
  return flag.kind == FlagKind::value || flag.kind == FlagKind::list;
}

std::string did_you_mean(std::string_view command, std::string_view name) {
  std::vector<std::string> names;
  for (const Flag& flag : all_flags(command)) names.emplace_back(flag.name);
  const std::optional<std::string> meant = nearest(canonical_name(name), names);
  return meant ? fmt::format("did you mean --{}?", *meant) : see_help(command);
}

/// "--arch_bucket=x" parted; name canonical, without "--".
struct LongFlag {
  std::string name;
  std::string value;  // with its "="; empty: none
};

std::optional<LongFlag> long_flag(const std::string& argument) {
  if (!argument.starts_with("--") || argument.size() == 2) return std::nullopt;
  const std::size_t equals = argument.find('=');
  return LongFlag{canonical_name(argument.substr(2, equals - 2)),
                  equals == std::string::npos ? "" : argument.substr(equals)};
}

bool is_short_flags(const std::string& argument) {
  return argument.size() > 1 && argument[0] == '-' &&
         argument.find_first_not_of("vhl", 1) == std::string::npos;
}

bool is_known_flag(const std::string& argument) {
  const std::optional<LongFlag> flag = long_flag(argument);
  return flag ? find_flag_anywhere(flag->name) != nullptr : is_short_flags(argument);
}

/// "-vl" is "-v" and "-l".
bool has_short(const std::string& argument, char letter) {
  return is_short_flags(argument) && argument.find(letter) != std::string::npos;
}

/// A flag that is known may still be another command's.
void check_flags(const CommandWords& words) {
  for (const std::string& argument : words.rest) {
    if (has_short(argument, 'l') && find_flag(words.command, "long") == nullptr)
      throw UsageError(fmt::format("-l is no flag of {}", words.command), see_help(words.command));
    const std::optional<LongFlag> flag = long_flag(argument);
    if (!flag || find_flag(words.command, flag->name) != nullptr) continue;
    throw UsageError(fmt::format("--{} is no flag of {}", flag->name, words.command),
                     did_you_mean(words.command, flag->name));
  }
}

void check_command(const std::string& word) {
  if (is_command(word)) return;
  std::vector<std::string> names;
  for (const CommandInfo& command : commands()) names.emplace_back(command.name);
  std::string listed;
  for (const std::string& name : names) listed += (listed.empty() ? "" : ", ") + name;
  const std::optional<std::string> meant = nearest(word, names);
  throw UsageError(fmt::format("unknown command \"{}\"", base::printable(word)),
                   meant ? fmt::format("did you mean {}?", *meant)
                         : fmt::format("the commands of this version are: {}", listed));
}

void add_operand(CommandWords& words, const std::string& argument) {
  if (command_info(words.command).operands.empty()) {
    throw UsageError(fmt::format("unexpected argument \"{}\"", base::printable(argument)),
                     fmt::format("every input is a flag; {}", see_help(words.command)));
  }
  words.operands.push_back(argument);
}

}  // namespace

CommandWords split_command(const std::vector<std::string>& arguments) {
  CommandWords words;
  words.command = std::string(commands().front().name);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--") {
      for (++i; i < arguments.size(); ++i) add_operand(words, arguments[i]);
    } else if (const std::optional<LongFlag> flag = long_flag(argument)) {
      const Flag* known = find_flag_anywhere(flag->name);
      if (known == nullptr) {
        throw UsageError(
            fmt::format("unknown flag {}", base::printable(argument.substr(0, argument.find('=')))),
            did_you_mean(words.command, flag->name));
      }
      words.rest.push_back("--" + flag->name + flag->value);
      if (!takes_value(*known) || !flag->value.empty()) continue;
      // "--prefix --dry-run" must not take "--dry-run" for the prefix and then run in earnest.
      if (i + 1 == arguments.size() || is_known_flag(arguments[i + 1])) {
        throw UsageError(fmt::format("--{} needs a value", flag->name),
                         fmt::format("--{} {}: {}", flag->name, known->value, known->help));
      }
      // With "=", so that a value may start with "-".
      words.rest.back() += "=" + arguments[++i];
    } else if (is_short_flags(argument)) {
      words.rest.push_back(argument);
    } else if (argument.starts_with('-')) {
      throw UsageError(fmt::format("unknown flag {}", base::printable(argument)),
                       did_you_mean(words.command, argument.substr(std::min(argument.find_first_not_of('-'),
                                                                            argument.size()))));
    } else if (!words.named) {
      check_command(argument);
      words.command = argument;
      words.named = true;
    } else {
      add_operand(words, argument);
    }
  }
  check_flags(words);
  return words;
}

Settings parse_flags(const CommandWords& words) {
  CLI::App app;
  app.set_help_flag();
  std::map<std::string, CLI::Option*> options;
  for (const Flag& flag : all_flags(words.command)) {
    const std::string name(flag.name);
    std::string names = "--" + name;
    if (name == "verbose") names = "-v," + names;
    if (name == "help") names = "-h," + names;
    if (name == "long") names = "-l," + names;
    CLI::Option* option = takes_value(flag) ? app.add_option(names) : app.add_flag(names);
    if (takes_value(flag)) {
      option->expected(1)->allow_extra_args(false);
      option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }
    options.emplace(name, option);
  }
  try {
    std::vector<std::string> reversed(words.rest.rbegin(), words.rest.rend());  // as CLI11 takes them
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    throw UsageError(base::printable(error.what()), see_help(words.command));
  }
  Settings settings;
  for (const Flag& flag : all_flags(words.command)) {
    const std::string name(flag.name);
    std::vector<std::string> values = options.at(name)->results();
    if (values.empty()) continue;
    if (flag.kind == FlagKind::value || flag.kind == FlagKind::toggle) values = {values.back()};
    settings.emplace(name, Setting{std::move(values), Source::command_line, "--" + name});
  }
  return settings;
}

void add_environment(Settings& settings, std::string_view command, const Environment& environment) {
  std::set<std::string> known;
  for (const CommandInfo& any : commands()) {
    for (const Flag& flag : all_flags(any.name)) {
      if (flag.name == "help" || flag.name == "version") continue;
      const std::string variable = environment_name(flag);
      known.insert(variable);
      const std::string value = environment.get(variable).value_or("");
      if (any.name != command || value.empty() || settings.contains(flag.name)) continue;
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

void add_config_file(Settings& settings, std::string_view command, const std::string& file_name) {
  std::map<std::string, int> lines;
  Settings found;
  for (const ConfigSetting& setting : load_config(file_name)) {
    const std::string origin =
        fmt::format("{}:{}: {}", base::printable(file_name), setting.line, setting.name);
    if (!setting.section.empty() && !is_command(setting.section)) {
      throw UsageError(fmt::format("{}: there is no section [{}]", origin, setting.section),
                       "flags stand above every section, or in that of their command, such as [archive]");
    }
    const Flag* flag =
        setting.section.empty() ? find_flag_anywhere(setting.name) : find_flag(setting.section, setting.name);
    if (flag == nullptr) {
      const std::string_view meant = setting.section.empty() ? command : setting.section;
      throw UsageError(fmt::format("{} is no flag of s3compress{}{}", origin,
                                   setting.section.empty() ? "" : " ", setting.section),
                       did_you_mean(meant, setting.name));
    }
    if (flag->name == "config" || flag->name == "help" || flag->name == "version") {
      throw UsageError(fmt::format("{} can't be set in a config file", origin),
                       "give it on the command line");
    }
    if (setting.values.empty() || (setting.values.size() > 1 && flag->kind != FlagKind::list)) {
      throw UsageError(fmt::format("{} takes one value", origin));
    }
    // Another command's.
    if (!setting.section.empty() && setting.section != command) continue;
    if (find_flag(command, setting.name) == nullptr) continue;
    const auto [place, is_new] =
        found.emplace(flag->name, Setting{setting.values, Source::config_file, origin});
    if (!is_new) {
      throw UsageError(fmt::format("{} is set a second time", origin),
                       fmt::format("it stands in line {} too", lines[place->first]));
    }
    lines[place->first] = setting.line;
  }
  settings.merge(found);  // keeps what is there
}

}  // namespace s3c::cli
