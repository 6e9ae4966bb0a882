// A flag, as a value. The parser, the environment, the config file, the suggestions and --help know nothing
// else about it. A verb's flags stand in its file (commands/); flags that verbs share stand in options/.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace s3c::cli {

enum class FlagKind {
  value,   ///< takes one value; the last value given counts, unless the flag is to be given once
  list,    ///< takes one value each time it is given
  toggle,  ///< true when given; "--flag=false" takes it back
  count,   ///< its value is how often it is given
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
  std::string_view help = {};   ///< without choices, range, default and full stop: help_of() adds these
  /// The default value, spelled as a user would spell it. Empty: there is none.
  std::string_view fallback = {};
  /// For help, if there is no default value: says in words what happens when the flag isn't given.
  std::string_view otherwise = {};
  std::array<std::string_view, 8> choices = {};  ///< the only values; empty elements don't count
  Range range = {};
  char letter = '\0';  ///< 'v': "-v" is the flag too; toggles and counts only
  /// Old names of the flag, and names that people try first. They work everywhere, but for strict ones, and help
  /// doesn't show them. If an alias is the name of another flag of the same command, it means that flag.
  std::array<std::string_view, 2> aliases = {};
  /// Its aliases count on the command line and in a section of its command only. Elsewhere they are set for the flag of
  /// that name of other commands, where they mean something else.
  bool has_strict_aliases = false;
  /// An empty value counts as not given. Every other flag refuses an empty value: it most likely comes from a
  /// variable that isn't set, and the filter or place that the user meant would silently be missing.
  bool empty_is_unset = false;
  /// Refused if it is given twice on the command line: each value is a file or a place of its own, and the run would
  /// work without the first one. Of other flags the last value counts.
  bool once = false;
  /// A toggle. If it is on, a command that otherwise only reads may change a store.
  bool changes_store = false;
  /// Its value is a directory or s3://bucket/prefix/, to which a command that otherwise only reads may add objects.
  bool is_added_to = false;
};

inline constexpr std::string_view kEnvironmentPrefix = "S3COMPRESS_";
/// Where it is on, whatever says so, the store refuses every change.
inline constexpr std::string_view kDryRun = "dry-run";

/// The form in which names of flags are compared: '_' becomes '-', so "arch_bucket" becomes "arch-bucket".
std::string canonical_name(std::string_view name);
/// The flag with that name, or else with that alias; nullptr when there is none. name: without "--", with "-"
/// or "_".
const Flag* find_flag(const std::vector<Flag>& flags, std::string_view name);
/// All names that mean flag, its own name first. REQUIRES: flag is one of flags.
std::vector<std::string_view> names_of(const std::vector<Flag>& flags, const Flag& flag);
/// Whether the flag is followed by a value: "--threads 16" and not "--dry-run".
bool takes_value(const Flag& flag);
/// The help with choices or range, and default: "keys in one delete request, 1 to 1000 (default: 1000)".
std::string help_of(const Flag& flag);
/// "--exclude GLOB: no keys that match", for hints.
std::string usage_of(const Flag& flag);
/// "S3COMPRESS_ARCH_BUCKET" of "arch-bucket".
std::string environment_name(std::string_view name);
/// Whether a config file can't set it: help, version, config.
bool is_never_in_a_file(const Flag& flag);

/// All flags of the lists, in their order.
std::vector<Flag> joined(std::initializer_list<std::vector<Flag>> lists);

}  // namespace s3c::cli
