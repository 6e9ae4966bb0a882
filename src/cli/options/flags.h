// A flag, as a value. The parser, the environment, the config file, the suggestions and --help read nothing
// else about it. A verb's flags stand in its file (commands/), the ones that verbs share in options/.
#pragma once

#include <array>
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

/// A whole number from least to most. most 0: no range.
struct Range {
  int least = 0;
  int most = 0;
};

struct Flag {
  std::string_view name;        ///< "arch-bucket"; in the environment upper-case with '_'
  std::string_view value = {};  ///< placeholder in help; empty for toggle and count
  FlagKind kind = FlagKind::value;
  std::string_view group = {};  ///< heading in help
  std::string_view help = {};   ///< without choices, range, default and full stop: these are added
  /// The value that counts when none is given, spelled as a user would. Empty: there is none.
  std::string_view fallback = {};
  /// In words, for help: what counts when none is given and there is no such value.
  std::string_view otherwise = {};
  std::array<std::string_view, 8> choices = {};  ///< the only values; empty ones don't count
  Range range = {};
  char letter = '\0';  ///< 'v': "-v" is the flag too; toggles and counts only
  /// Names it had before, or that people try first. They work everywhere, and help doesn't tell them. One
  /// that is another flag's name in the same command means that flag.
  std::array<std::string_view, 2> aliases = {};
  /// An empty value counts as not given. Every other flag refuses one: it most likely comes from a variable
  /// that isn't set, and a filter or a place that was meant would be missing without a word.
  bool empty_is_unset = false;
  bool changes_store = false;  ///< a toggle with which a command that only reads may change a store
};

inline constexpr std::string_view kEnvironmentPrefix = "S3COMPRESS_";
/// Where it is on, whatever says so, the store refuses every change.
inline constexpr std::string_view kDryRun = "dry-run";

/// name as flags are compared: '_' is '-'. "--arch_bucket" is "--arch-bucket".
std::string canonical_name(std::string_view name);
/// The flag of that name, or else of that alias; nullptr when there is none. name without "--", in any
/// spelling.
const Flag* find_flag(const std::vector<Flag>& flags, std::string_view name);
/// The names that mean flag, which is one of flags: its own first.
std::vector<std::string_view> names_of(const std::vector<Flag>& flags, const Flag& flag);
/// Whether the flag is followed by a value: "--threads 16" and not "--dry-run".
bool takes_value(const Flag& flag);
/// help with choices or range and default: "keys in one delete request, 1 to 1000 (default: 1000)".
std::string help_of(const Flag& flag);
/// "--exclude GLOB: no keys that match", for hints.
std::string usage_of(const Flag& flag);
/// "S3COMPRESS_ARCH_BUCKET" of "arch-bucket".
std::string environment_name(std::string_view name);
/// Whether a config file can't set it: help, version, config.
bool is_never_in_a_file(const Flag& flag);

/// Lists one after the other.
std::vector<Flag> joined(std::initializer_list<std::vector<Flag>> lists);

}  // namespace s3c::cli
