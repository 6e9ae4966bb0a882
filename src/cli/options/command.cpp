#include "cli/options/command.h"

#include <algorithm>

namespace s3c::cli {

std::string_view first_word(std::string_view name) {
  return name.substr(0, name.find(' '));
}

std::vector<const Command*> commands_of(const CommandTable& table, std::string_view words) {
  std::vector<const Command*> found;
  for (const Command& command : table) {
    if (command.name == words || command.name.starts_with(std::string(words) + " "))
      found.push_back(&command);
  }
  return found;
}

const Command* find_command(const CommandTable& table, std::string_view name) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const Command& command) { return command.name == name; });
  return found == table.end() ? nullptr : &*found;
}

const Flag* find_flag_anywhere(const CommandTable& table, std::string_view name) {
  for (const Command& command : table) {
    if (const Flag* flag = find_flag(command.flags, name)) return flag;
  }
  return nullptr;
}

const Flag* find_known_flag(const CommandTable& table, const Command& command, std::string_view name) {
  const Flag* own = find_flag(command.flags, name);
  return own != nullptr ? own : find_flag_anywhere(table, name);
}

const Flag* find_letter_anywhere(const CommandTable& table, char letter) {
  for (const Command& command : table) {
    for (const Flag& flag : command.flags) {
      if (flag.letter == letter) return &flag;
    }
  }
  return nullptr;
}

}  // namespace s3c::cli
