// A command, as a value: its words, its texts, its flags, how they are read and how it runs. Each stands in a
// file of its own (commands/), and commands/table.h lists them. Nothing else knows a command's name.
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

/// A command with its options: makes its Session, runs to the end, prints the result. Throws base::Error for
/// what ended it before it had a result.
using Action = std::function<ExitCode(const SessionSettings&)>;

struct Command {
  std::string_view name;           ///< "archive", or two words: "catalog rebuild"
  std::string_view usage = {};     ///< the flags that it needs, for the line "usage:"
  std::string_view operands = {};  ///< placeholder of what isn't a flag; empty: every input is a flag
  std::string_view summary = {};   ///< its line in the list of commands
  std::string_view prose = {};     ///< lines that say what it does
  std::string_view examples = {};  ///< behind the heading "Examples:"
  bool changes_store = false;      ///< false: it only reads, unless one of its flags says otherwise
  std::vector<Flag> flags = {};    ///< all of them, also those that it shares with others
  /// Makes options of what was given. Throws UsageError for everything that can't be right.
  Action (*read)(Reader& reader) = nullptr;
};

/// The first is meant when none is named. A name that several commands or aliases have takes a value in all
/// of them or in none, with the same letter: the parser needs no command to know which word is a value.
using CommandTable = std::vector<Command>;

/// "catalog" of "catalog rebuild"; what a command line starts with and JSON calls the command.
std::string_view first_word(std::string_view name);
/// The commands whose name is words, or starts with these: both of "catalog".
std::vector<const Command*> commands_of(const CommandTable& table, std::string_view words);
/// nullptr when no command has that name.
const Command* find_command(const CommandTable& table, std::string_view name);

/// nullptr when no command has it; else the first one's that does.
const Flag* find_flag_anywhere(const CommandTable& table, std::string_view name);
/// The command's own flag of that name, whose help then fits, or else another command's; nullptr when no
/// command has it.
const Flag* find_known_flag(const CommandTable& table, const Command& command, std::string_view name);
/// The flag of "-v"; nullptr when no command has such a one.
const Flag* find_letter_anywhere(const CommandTable& table, char letter);

/// What Command::read is made of: read(Reader&) makes options, run(options, settings) runs with them.
template <auto read, auto run>
Action bind_options(Reader& reader) {
  return [options = read(reader)](const SessionSettings& settings) { return run(options, settings); };
}

}  // namespace s3c::cli
