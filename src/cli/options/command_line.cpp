#include "cli/options/command_line.h"

#include "cli/options/arguments.h"
#include "cli/options/config_file.h"
#include "cli/options/help.h"
#include "cli/options/values.h"
#include "cli/version.h"

namespace s3c::cli {
namespace {

/// What --help and --version print; empty: neither was given.
std::string text_to_print(const CommandTable& table, const Arguments& words) {
  const Reader given(*words.command, {}, words.flags);
  if (given.toggle("help")) {
    if (words.words.empty()) return program_help(table);
    return words.is_complete() ? command_help(table, *words.command) : group_help(table, words.words);
  }
  return given.toggle("version") ? version_text() : "";
}

/// "help ls" is another spelling of "ls --help", and "version" of "--version": many programs have these words.
std::vector<std::string> with_flags_for_words(std::vector<std::string> arguments) {
  if (arguments.empty() || (arguments[0] != "help" && arguments[0] != "version")) return arguments;
  arguments.push_back("--" + arguments[0]);
  arguments.erase(arguments.begin());
  return arguments;
}

/// To be copied into a shell, without passwords.
std::string retyped(const std::vector<std::string>& arguments) {
  std::string text = "s3compress";
  for (const std::string& word : arguments) text += " " + shell_word(without_passwords(word));
  return text;
}

/// The output format that a config file sets for all commands; empty: none, or the file can't be read.
std::string output_in_file(const std::string& file_name) {
  if (file_name.empty()) return {};
  try {
    for (const ConfigSetting& setting : load_config(file_name).settings) {
      if (setting.section.empty() && setting.name == "output" && !setting.values.empty())
        return setting.values.back();
    }
  } catch (const base::Error&) {
    // The command line is parsed next, and that reports what is wrong with the file.
  }
  return {};
}

Reader with_other_places(const CommandTable& table, Arguments words, const Environment& environment) {
  if (!words.is_complete()) throw incomplete_command(table, words);
  add_environment(words.flags, table, *words.command, environment);
  if (const auto config = words.flags.find("config"); config != words.flags.end())
    add_config_file(words.flags, table, *words.command, std::string(config->second.values.back()));
  return {*words.command, std::move(words.operands), std::move(words.flags), environment};
}

}  // namespace

Reader read_settings(const CommandTable& table, const std::vector<std::string>& arguments,
                     const Environment& environment) {
  return with_other_places(table, parse_arguments(table, arguments), environment);
}

ErrorStyle error_style_of(const CommandTable& table, const std::vector<std::string>& arguments,
                          const Environment& environment) {
  std::string output;
  std::string command;
  std::string config;
  for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    const std::string& word = arguments[i];
    if (!word.starts_with('-')) {
      if (command.empty()) command = word;
      continue;
    }
    const std::size_t equals = word.find('=');
    const Flag* flag = word.starts_with("--")
                           ? find_flag_anywhere(table, canonical_name(word.substr(2, equals - 2)))
                           : nullptr;
    if (flag == nullptr || !takes_value(*flag)) continue;
    const bool apart = equals == std::string::npos;
    if (apart && (i + 1 == arguments.size() || arguments[i + 1].starts_with("--"))) continue;
    const std::string value = apart ? arguments[++i] : word.substr(equals + 1);
    if (flag->name == "output") output = value;
    if (flag->name == "config") config = value;
  }
  if (output.empty()) output = environment.get(environment_name("output")).value_or("");
  if (output.empty())
    output =
        output_in_file(config.empty() ? environment.get(environment_name("config")).value_or("") : config);
  if (command.empty()) command = first_word(table.front().name);
  return {commands_of(table, command).empty() ? "" : command,
          output == "json" ? OutputFormat::json : OutputFormat::text};
}

CommandLine parse_command_line(const CommandTable& table, const std::vector<std::string>& arguments,
                               const Environment& environment) {
  Arguments words = parse_arguments(table, with_flags_for_words(arguments));
  if (std::string text = text_to_print(table, words); !text.empty()) return {.print = std::move(text)};
  Reader reader = with_other_places(table, std::move(words), environment);
  CommandLine line;
  line.command = &reader.command();
  line.connection = read_connection(reader);
  line.output = read_output(reader);
  line.watch = read_watch(reader);
  line.watch.command_line = retyped(arguments);
  line.action = line.command->read(reader);
  return line;
}

}  // namespace s3c::cli
