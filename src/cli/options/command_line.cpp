#include "cli/options/command_line.h"

#include "cli/options/arguments.h"
#include "cli/options/help.h"

namespace s3c::cli {
namespace {

/// What --help and --version print; empty: neither was given.
std::string text_to_print(const CommandTable& table, const Arguments& words) {
  const Reader given(*words.command, {}, words.flags);
  if (given.toggle("help")) {
    if (words.words.empty()) return program_help(table);
    return words.is_complete() ? command_help(table, *words.command) : group_help(table, words.words);
  }
  return given.toggle("version") ? "s3compress " S3C_VERSION "\n" : "";
}

Reader with_other_places(const CommandTable& table, Arguments words, const Environment& environment) {
  if (!words.is_complete()) throw incomplete_command(table, words);
  add_environment(words.flags, table, *words.command, environment);
  if (const auto config = words.flags.find("config"); config != words.flags.end())
    add_config_file(words.flags, table, *words.command, std::string(config->second.values.back()));
  return {*words.command, std::move(words.operands), std::move(words.flags)};
}

}  // namespace

Reader read_settings(const CommandTable& table, const std::vector<std::string>& arguments,
                     const Environment& environment) {
  return with_other_places(table, parse_arguments(table, arguments), environment);
}

CommandLine parse_command_line(const CommandTable& table, const std::vector<std::string>& arguments,
                               const Environment& environment) {
  Arguments words = parse_arguments(table, arguments);
  if (std::string text = text_to_print(table, words); !text.empty()) return {.print = std::move(text)};
  Reader reader = with_other_places(table, std::move(words), environment);
  CommandLine line;
  line.command = &reader.command();
  line.connection = read_connection(reader);
  line.output = read_output(reader);
  line.action = line.command->read(reader);
  return line;
}

}  // namespace s3c::cli
