// The flags as they were given, still as text, each with the place it came from.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options/command.h"
#include "cli/options/environment.h"

namespace s3c::cli {

/// In order of precedence.
enum class Source { command_line, environment, config_file };

struct Setting {
  /// At least one, none of them empty. A toggle or count has one value for each time it was given: "true", or
  /// the text after "=".
  std::vector<std::string> values;
  Source source = Source::command_line;
  std::string origin;  ///< as messages name it: "--threads", "S3COMPRESS_THREADS", "s3c.toml:3:1: threads"
};

/// By the flag's own name, never by an alias. Flags that were not given are absent.
using Settings = std::map<std::string, Setting, std::less<>>;

/// False: value is empty or only blanks, and for this flag that counts as not given. For every other flag
/// such a value is a mistake: throws UsageError naming origin. The rule is the same for every place that a
/// value comes from.
bool is_given(const Flag& flag, const std::string& value, const std::string& origin);

/// The flag that name was probably meant to be, as a hint.
std::string did_you_mean(const Command& command, std::string_view name);

/// Adds the values of environment for those flags of the command that settings doesn't have. An empty
/// variable counts as unset. Variables of other commands' flags are ignored, except kDryRun's: the user may
/// have set it to protect a bucket from every command. An alias counts where the flag's own name isn't set, unless
/// the flag has strict aliases.
/// Throws UsageError for an S3COMPRESS_ variable that is no flag of any command. Otherwise a mistyped
/// variable would be ignored, and the run could delete what the user wanted to keep.
void add_environment(Settings& settings, const CommandTable& table, const Command& command,
                     const Environment& environment);

/// Adds the values of the config file for those flags of the command that settings doesn't have. They may
/// stand above every section, in the command's own section, and in the section of its first word. Above every
/// section flags of other commands may stand too. Two rules hold only there: kDryRun counts also for a
/// command that has no such flag, as in the environment. An alias that is also another command's flag counts
/// only if the flag's own name isn't there, and a strict one doesn't count. Throws UsageError.
void add_config_file(Settings& settings, const CommandTable& table, const Command& command,
                     const std::string& file_name);

}  // namespace s3c::cli
