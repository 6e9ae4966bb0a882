// Turns settings into values. If a parser refuses a value, the reader throws a UsageError that names the
// value and the flag as it was given. One thread.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/encoding.h"
#include "base/error.h"
#include "cli/options/environment.h"
#include "cli/options/settings.h"
#include "cli/options/usage_error.h"

namespace s3c::cli {

/// Each name below is a name of a flag of the command. A flag that the command doesn't have is never given.
class Reader {
 public:
  /// command must outlive the reader. environment: for values that stand for a variable which another program sets;
  /// the flags' own variables are in settings.
  Reader(const Command& command, std::vector<std::string> operands, Settings settings,
         Environment environment = {})
      : command_(&command),
        operands_(std::move(operands)),
        settings_(std::move(settings)),
        environment_(std::move(environment)) {}

  const Command& command() const { return *command_; }
  const std::vector<std::string>& operands() const { return operands_; }
  const Environment& environment() const { return environment_; }
  /// The operand; empty if there is none. Throws UsageError if there are more.
  std::string single_operand() const;

  /// nullptr: not given.
  const Setting* find(std::string_view name) const;
  /// Where the flag was given; nullopt: not given.
  std::optional<Source> source(std::string_view name) const;
  /// Makes the flag count as not given.
  void forget(std::string_view name) { settings_.erase(std::string(name)); }

  /// Calls use(text) with the value that was given, or else with the flag's fallback if it has one.
  template <typename Use>
  void with(std::string_view name, Use use) const {
    if (const Setting* setting = find(name)) {
      convert(name, *setting, setting->values.back(), use);
    } else if (const std::string_view fallback = fallback_of(name); !fallback.empty()) {
      use(std::string(fallback));
    }
  }

  /// The same for a parser whose message quotes the value itself.
  template <typename Use>
  void with_quoted(std::string_view name, Use use) const {
    const Setting* setting = find(name);
    if (setting == nullptr) return with(name, use);
    try {
      use(setting->values.back());
    } catch (const base::Error& error) {
      throw UsageError(fmt::format("{}: {}", setting->origin, base::printable(error.message())),
                       help_for(name));
    }
  }

  /// Empty: not given, and the flag has no fallback.
  std::string text(std::string_view name) const;
  /// A bucket's name. Throws UsageError for a URL or a path, which other programs take in its place.
  std::string bucket(std::string_view name) const;
  /// One of the flag's choices, spelled exactly so.
  std::string choice(std::string_view name) const;
  bool toggle(std::string_view name) const;
  /// Within the flag's range. REQUIRES: it has one, and a fallback.
  int number(std::string_view name) const;
  /// How often the flag was given: "-vv" is two. After "=", in the environment and in the file the value is a
  /// number, or true for one.
  int count(std::string_view name, int most) const;
  /// Every value of a list flag. In the environment one variable holds them all, separated by commas.
  std::vector<std::string> list(std::string_view name) const;

  std::string help_for(std::string_view name) const;

  /// The flags of the command line again, to be copied into a shell: "--arch-bucket a --bucket 'b c'". only:
  /// the flags that may be in it; empty: all.
  std::string retyped(const std::vector<Flag>& only = {}) const;
  /// What the environment and the config file say, each with its place: "threads 16 (S3COMPRESS_THREADS)".
  std::vector<std::string> settings_from_elsewhere() const;

 private:
  template <typename Use>
  void convert(std::string_view name, const Setting& setting, const std::string& text, Use use) const {
    try {
      use(text);
    } catch (const base::Error& error) {
      throw UsageError(fmt::format("{} \"{}\" {}", setting.origin, base::printable(text), error.message()),
                       help_for(name));
    }
  }
  std::string_view fallback_of(std::string_view name) const;

  const Command* command_;
  std::vector<std::string> operands_;
  Settings settings_;
  Environment environment_;
};

/// The error of a check of core code. Core code knows settings, not flags: its message begins with the
/// setting's name, as in "max_size must be at least 1 byte". The UsageError names the flag instead, as it was
/// given, and its hint is the flag's help. Without such a name the hint points to --help.
UsageError refusal_of(const Reader& reader, const base::Error& error);

/// Turns the error of check(), about options that are missing or contradict each other, into a UsageError
/// with a hint. The hint is example if is_missing, else that of refusal_of().
template <typename Check>
void refuse_unless_valid(const Reader& reader, bool is_missing, std::string_view example, Check check) {
  try {
    check();
  } catch (const base::Error& error) {
    const UsageError refusal = refusal_of(reader, error);
    throw UsageError(refusal.message(),
                     is_missing ? fmt::format("for example: s3compress {}", example) : refusal.hint());
  }
}

}  // namespace s3c::cli
