// The flags as they were given, still as text, each with the place it came from. Used by options.cpp only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/environment.h"

namespace s3c::cli {

/// In order of precedence.
enum class Source { command_line, environment, config_file };

struct Setting {
  std::vector<std::string> values;  ///< at least one; toggles and counts are "true" or "false" per mention
  Source source = Source::command_line;
  std::string origin;  ///< as messages name it: "--threads", "S3COMPRESS_THREADS", "s3c.toml:3: threads"
};

/// By flag name; flags that were given nowhere aren't there.
using Settings = std::map<std::string, Setting, std::less<>>;

/// The command word, taken out of the arguments ("archive" when there is none), and the rest with names
/// spelled canonically.
struct CommandWords {
  std::string command;
  bool named = false;  ///< the word was there
  std::vector<std::string> rest;
  std::vector<std::string> operands;  ///< what isn't a flag, for commands that take such
};

/// What stands behind "--" is no flag, however it begins.
/// Throws UsageError: unknown command, unknown flag, another command's flag, a flag without its value.
CommandWords split_command(const std::vector<std::string>& arguments);

/// Throws UsageError: what CLI11 finds wrong.
Settings parse_flags(const CommandWords& words);

/// Adds what environment says about the command's flags that settings doesn't have. Empty variables count as
/// unset, and those of other commands' flags are passed over. Throws UsageError for an S3COMPRESS_ variable
/// that is no flag at all: mistyped, it could delete what was to be kept.
void add_environment(Settings& settings, std::string_view command, const Environment& environment);

/// Adds what the config file says about the command's flags that settings doesn't have: above every section,
/// where flags of other commands may stand too, and in the command's own. Throws UsageError.
void add_config_file(Settings& settings, std::string_view command, const std::string& file_name);

}  // namespace s3c::cli
