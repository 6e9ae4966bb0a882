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

struct Flag {
  std::string_view
      name;  ///< "arch-bucket": the spelling in help and, upper-case with '_', in the environment
  std::string_view value;  ///< placeholder in help; empty for toggle and count
  FlagKind kind;
  std::string_view group;  ///< heading in help
  std::string_view help;   ///< one or two lines, without a full stop
};

struct CommandInfo {
  std::string_view name;
  std::string_view operands;  ///< placeholder in help for what isn't a flag; empty: every input is a flag
  std::string_view summary;
};

/// The commands of this version.
const std::vector<CommandInfo>& commands();
/// Flags that every command has.
const std::vector<Flag>& global_flags();
/// Flags of one of commands(), without the global ones. A name that several commands have is of one kind in
/// all of them.
const std::vector<Flag>& flags_of(std::string_view command);
/// Both, the command's first.
std::vector<Flag> all_flags(std::string_view command);

/// name as flags are compared: '_' is '-'. "--arch_bucket" is "--arch-bucket".
std::string canonical_name(std::string_view name);
/// nullptr when command has no such flag; name without "--", in any spelling.
const Flag* find_flag(std::string_view command, std::string_view name);
/// nullptr when no command has it; else the first one's that does.
const Flag* find_flag_anywhere(std::string_view name);
bool is_command(std::string_view name);
/// REQUIRES: is_command(name).
const CommandInfo& command_info(std::string_view name);
/// "S3COMPRESS_ARCH_BUCKET"
std::string environment_name(const Flag& flag);

inline constexpr std::string_view kEnvironmentPrefix = "S3COMPRESS_";

}  // namespace s3c::cli
