#include "cli/options/flags.h"

#include <fmt/format.h>

#include <algorithm>

namespace s3c::cli {
namespace {

/// "text or json", "Bulk, Standard or Expedited".
std::string listed_choices(const Flag& flag) {
  std::string text;
  for (std::size_t i = 0; i < flag.choices.size() && !flag.choices[i].empty(); ++i) {
    const bool is_last = i + 1 == flag.choices.size() || flag.choices[i + 1].empty();
    text += i == 0 ? "" : is_last ? " or " : ", ";
    text += flag.choices[i];
  }
  return text;
}

}  // namespace

std::string canonical_name(std::string_view name) {
  std::string result(name);
  std::replace(result.begin(), result.end(), '_', '-');
  return result;
}

const Flag* find_flag(const std::vector<Flag>& flags, std::string_view name) {
  const std::string canonical = canonical_name(name);
  if (canonical.empty()) return nullptr;
  for (const Flag& flag : flags) {
    if (flag.name == canonical) return &flag;
  }
  for (const Flag& flag : flags) {
    if (std::find(flag.aliases.begin(), flag.aliases.end(), canonical) != flag.aliases.end()) return &flag;
  }
  return nullptr;
}

std::vector<std::string_view> names_of(const std::vector<Flag>& flags, const Flag& flag) {
  std::vector<std::string_view> names = {flag.name};
  for (const std::string_view alias : flag.aliases) {
    if (!alias.empty() && find_flag(flags, alias)->name == flag.name) names.push_back(alias);
  }
  return names;
}

bool takes_value(const Flag& flag) {
  return flag.kind == FlagKind::value || flag.kind == FlagKind::list;
}

std::string help_of(const Flag& flag) {
  std::string text(flag.help);
  if (const std::string choices = listed_choices(flag); !choices.empty()) text += ": " + choices;
  if (flag.range.most != 0) text += fmt::format(", {} to {}", flag.range.least, flag.range.most);
  const std::string_view counts = flag.fallback.empty() ? flag.otherwise : flag.fallback;
  return counts.empty() ? text : fmt::format("{} (default: {})", text, counts);
}

std::string usage_of(const Flag& flag) {
  return fmt::format("--{}{}{}: {}", flag.name, takes_value(flag) ? " " : "", flag.value, help_of(flag));
}

std::string environment_name(std::string_view name) {
  std::string variable(kEnvironmentPrefix);
  for (const char c : name)
    variable += c == '-' ? '_' : (c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  return variable;
}

bool is_never_in_a_file(const Flag& flag) {
  return flag.name == "help" || flag.name == "version" || flag.name == "config";
}

std::vector<Flag> joined(std::initializer_list<std::vector<Flag>> lists) {
  std::vector<Flag> all;
  for (const std::vector<Flag>& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

}  // namespace s3c::cli
