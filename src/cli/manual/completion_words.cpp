#include "cli/manual/completion_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace s3c::cli {

ValueKind value_kind(const Flag& flag) {
  if (!joined_choices(flag).empty()) return ValueKind::choice;
  if (flag.value == "FILE") return ValueKind::file;
  return flag.value == "PLACE" ? ValueKind::folder : ValueKind::unknown;
}

std::string joined_choices(const Flag& flag) {
  std::string text;
  for (const std::string_view choice : flag.choices) {
    if (!choice.empty()) text += fmt::format("{}{}", text.empty() ? "" : " ", choice);
  }
  return text;
}

std::string short_help(const Flag& flag) {
  return std::string(flag.help.substr(0, flag.help.find(';')));
}

std::vector<CommandWord> next_words(const CommandTable& table, std::string_view words) {
  std::vector<CommandWord> found;
  for (const Command& command : table) {
    std::string_view rest = command.name;
    if (!words.empty()) {
      if (!rest.starts_with(fmt::format("{} ", words))) continue;
      rest.remove_prefix(words.size() + 1);
    }
    const std::string_view word = first_word(rest);
    const bool is_group = word != rest;
    if (!found.empty() && found.back().word == word) {
      found.back().summary += fmt::format(", {}", rest.substr(word.size() + 1));
    } else {
      found.push_back({word, is_group ? fmt::format("{} {}", word, rest.substr(word.size() + 1))
                                      : std::string(command.summary)});
    }
  }
  return found;
}

std::vector<std::string_view> groups(const CommandTable& table) {
  std::vector<std::string_view> found;
  for (const Command& command : table) {
    const std::string_view word = first_word(command.name);
    if (word != command.name && std::find(found.begin(), found.end(), word) == found.end())
      found.push_back(word);
  }
  return found;
}

std::vector<std::string> flags_before_values(const CommandTable& table) {
  std::set<std::string> spellings;
  for (const Command& command : table) {
    for (const Flag& flag : command.flags) {
      if (!takes_value(flag)) continue;
      for (const std::string_view name : names_of(command.flags, flag))
        spellings.insert(fmt::format("--{}", name));
    }
  }
  return {spellings.begin(), spellings.end()};
}

std::string shell_quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

}  // namespace s3c::cli
