// Every flag, once: the parser, the environment, the config file, the suggestions and --help all read this
// table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace s3c::cli {

enum class FlagKind {
  value,   ///< takes one value, the last one given counts
  list,    ///< takes one value each time it is given
  toggle,  ///< true when given; "--flag=false" takes it back
  count,   ///< the more often, the more
};

/// What few flags have.
struct FlagTraits {
  char letter = '\0';  ///< 'v': "-v" is the flag too; toggles and counts only
  /// An empty value counts as not given. Every other flag refuses one: it most likely comes from a variable
  /// that isn't set, and a filter or a place that was meant would be missing without a word.
  bool empty_is_unset = false;
  bool changes_store = false;  ///< a toggle with which a command that only reads may change a store
};

struct Flag {
  std::string_view
      name;  ///< "arch-bucket": the spelling in help and, upper-case with '_', in the environment
  std::string_view value;  ///< placeholder in help; empty for toggle and count
  FlagKind kind;
  std::string_view group;  ///< heading in help
  std::string_view help;   ///< one or two lines, without a full stop
  FlagTraits traits = {};
};

struct CommandInfo {
  std::string_view name;
  std::string_view operands;  ///< placeholder in help for what isn't a flag; empty: every input is a flag
  std::string_view summary;
  bool changes_store;  ///< false: it only reads, unless one of its flags says otherwise
};

/// The commands of this version.
const std::vector<CommandInfo>& commands();
/// Flags that every command has.
const std::vector<Flag>& global_flags();
/// Flags of one of commands(), without the global ones. A name that several commands have is of one kind in
/// all of them, with the same traits: the parser needs no command to know which word is a value.
const std::vector<Flag>& flags_of(std::string_view command);
/// Both, the command's first.
std::vector<Flag> all_flags(std::string_view command);

/// name as flags are compared: '_' is '-'. "--arch_bucket" is "--arch-bucket".
std::string canonical_name(std::string_view name);
/// nullptr when command has no such flag; name without "--", in any spelling.
const Flag* find_flag(std::string_view command, std::string_view name);
/// nullptr when no command has it; else the first one's that does.
const Flag* find_flag_anywhere(std::string_view name);
/// The command's own flag of that name, whose help then fits, or else another command's; nullptr when no
/// command has it.
const Flag* find_known_flag(std::string_view command, std::string_view name);
/// The flag of "-v"; nullptr when no command has such a one.
const Flag* find_letter_anywhere(char letter);
/// Whether the flag is followed by a value: "--threads 16" and not "--dry-run".
bool takes_value(const Flag& flag);
/// "--exclude GLOB: no keys that match", for hints.
std::string usage_of(const Flag& flag);
bool is_command(std::string_view name);
/// REQUIRES: is_command(name).
const CommandInfo& command_info(std::string_view name);
/// "S3COMPRESS_ARCH_BUCKET"
std::string environment_name(const Flag& flag);

inline constexpr std::string_view kEnvironmentPrefix = "S3COMPRESS_";
/// Where it is on, whatever says so, the store refuses every change.
inline constexpr std::string_view kDryRun = "dry-run";

}  // namespace s3c::cli
