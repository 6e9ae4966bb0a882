// A command, as a value: its words, its texts, its flags, how they are read and how it runs. Each command
// stands in a file of its own (commands/), and commands/table.h lists them. No other code knows a command's
// name.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/exit_code.h"
#include "cli/options/flags.h"

namespace s3c::cli {

class Reader;
struct SessionSettings;

/// A command with its options. A call makes the Session, runs the command to the end and prints the result.
/// Throws base::Error if the command ended before it had a result.
using Action = std::function<ExitCode(const SessionSettings&)>;

struct Command {
  std::string_view name;           ///< "archive", or two words: "catalog rebuild"
  std::string_view usage = {};     ///< the flags that it needs, for the line "usage:"
  std::string_view operands = {};  ///< placeholder of its operands; empty: it takes none
  std::string_view summary = {};   ///< its line in the list of commands
  std::string_view prose = {};     ///< lines that say what it does
  std::string_view examples = {};  ///< the text under the heading "Examples:"
  bool changes_store = false;      ///< false: it only reads, unless one of its flags says otherwise
  std::vector<Flag> flags = {};    ///< all its flags, also those that it shares with other commands
  /// Makes options from what was given. Throws UsageError for everything that can't be right.
  Action (*read)(Reader& reader) = nullptr;
};

/// The first command is the default. If several commands have a flag or alias of one name, it takes a value
/// in all of them or in none, and has the same letter in all. So the parser can tell which word is a value
/// before it knows the command.
using CommandTable = std::vector<Command>;

/// "catalog" of "catalog rebuild". A command line starts with this word, and JSON documents name the command
/// by it.
std::string_view first_word(std::string_view name);
/// The commands whose name is words, or starts with them: for "catalog" the two catalog commands.
std::vector<const Command*> commands_of(const CommandTable& table, std::string_view words);
/// nullptr when no command has that name.
const Command* find_command(const CommandTable& table, std::string_view name);

/// The flag of the first command that has a flag of this name; nullptr when no command has one.
const Flag* find_flag_anywhere(const CommandTable& table, std::string_view name);
/// The command's own flag of that name, because its help fits best; else another command's flag; nullptr when
/// no command has one.
const Flag* find_known_flag(const CommandTable& table, const Command& command, std::string_view name);
/// The flag with this letter ("-v"); nullptr when no command has one.
const Flag* find_letter_anywhere(const CommandTable& table, char letter);

/// For Command::read: makes options by read(Reader&), and returns an Action that calls run(options,
/// settings).
template <auto read, auto run>
Action bind_options(Reader& reader) {
  return [options = read(reader)](const SessionSettings& settings) { return run(options, settings); };
}

}  // namespace s3c::cli
