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
  /// At least one, none of them empty; toggles and counts are "true" or what stands behind "=", per mention.
  std::vector<std::string> values;
  Source source = Source::command_line;
  std::string origin;  ///< as messages name it: "--threads", "S3COMPRESS_THREADS", "s3c.toml:3:1: threads"
};

/// By flag name, never by an alias; flags that were given nowhere aren't there.
using Settings = std::map<std::string, Setting, std::less<>>;

/// False: value is empty or blanks only, and for this flag that is as if it hadn't been given. Throws
/// UsageError naming origin where it would be a mistake. The same rule for every place a value comes from.
bool is_given(const Flag& flag, const std::string& value, const std::string& origin);

/// The flag that name was probably meant to be, as a hint.
std::string did_you_mean(const Command& command, std::string_view name);

/// Adds what environment says about the command's flags that settings doesn't have. Variables without a
/// character count as unset, and those of other commands' flags are passed over, all but kDryRun's: it may be
/// there to protect a bucket from every command. An alias counts where the flag's own name isn't set. Throws
/// UsageError for an S3COMPRESS_ variable that is no flag at all: mistyped, it could delete what was to be
/// kept.
void add_environment(Settings& settings, const CommandTable& table, const Command& command,
                     const Environment& environment);

/// Adds what the config file says about the command's flags that settings doesn't have: above every section,
/// where flags of other commands may stand too, in the command's own section, and in that of its first word.
/// Above every section kDryRun counts for a command that has no such flag, as in the environment. There an
/// alias that is another command's flag too gives way to the flag's own name. Throws UsageError.
void add_config_file(Settings& settings, const CommandTable& table, const Command& command,
                     const std::string& file_name);

}  // namespace s3c::cli
