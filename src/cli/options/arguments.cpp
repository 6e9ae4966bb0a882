#include "cli/options/arguments.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "cli/options/flags.h"
#include "cli/options/nearest.h"
#include "cli/options/usage_error.h"

namespace s3c::cli {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Whether word could be a flag, known or misspelt. "-old-*" and "-" can't.
bool has_form_of_flag(const std::string& word) {
  return word.starts_with("--") ||
         (word.size() > 1 && word[0] == '-' && std::all_of(word.begin() + 1, word.end(), is_letter));
}

void check_command(const std::string& word) {
  if (is_command(word)) return;
  std::vector<std::string> names;
  for (const CommandInfo& command : commands()) names.emplace_back(command.name);
  std::string listed;
  for (const std::string& name : names) listed += (listed.empty() ? "" : ", ") + name;
  const std::optional<std::string> meant = nearest(word, names);
  throw UsageError(fmt::format("unknown command \"{}\"", base::printable(word)),
                   meant ? fmt::format("did you mean {}?", *meant)
                         : fmt::format("the commands of this version are: {}", listed));
}

class ArgumentParser {
 public:
  explicit ArgumentParser(const std::vector<std::string>& words) : words_(words) {
    result_.command = std::string(commands().front().name);
  }

  Arguments parse() {
    while (next_ < words_.size()) {
      const std::string& word = words_[next_++];
      if (word == "--") {
        while (next_ < words_.size()) add_operand(words_[next_++]);
      } else if (word.starts_with("--")) {
        read_flag(word);
      } else if (word.starts_with('-')) {
        read_letters(word);
      } else if (!result_.named) {
        check_not_empty(word);
        check_command(word);
        result_.command = word;
        result_.named = true;
      } else {
        add_operand(word);
      }
    }
    check_flags();
    return std::move(result_);
  }

 private:
  void read_flag(const std::string& word) {
    const std::size_t equals = word.find('=');
    const std::string name = canonical_name(word.substr(2, equals - 2));
    const Flag* flag = find_known_flag(result_.command, name);
    if (flag == nullptr) unknown_flag(word.substr(0, equals), name);
    const std::string origin = "--" + name;
    if (equals != std::string::npos) {
      add(*flag, origin, word.substr(equals + 1));
    } else if (!takes_value(*flag)) {
      add(*flag, origin, "true");
    } else if (next_ < words_.size() && !has_form_of_flag(words_[next_])) {
      add(*flag, origin, words_[next_++]);
    } else {
      throw UsageError(fmt::format("{} needs a value", origin),
                       fmt::format("{} (a value that looks like a flag is given as {}={})", usage_of(*flag),
                                   origin, flag->value));
    }
  }

  void read_letters(const std::string& word) {
    std::vector<const Flag*> flags;
    for (const char letter : word.substr(1)) flags.push_back(find_letter_anywhere(letter));
    if (flags.empty() || std::count(flags.begin(), flags.end(), nullptr) != 0)
      unknown_flag(word, word.substr(1));
    for (const Flag* flag : flags) add(*flag, fmt::format("-{}", flag->traits.letter), "true");
  }

  [[noreturn]] void unknown_flag(const std::string& spelling, const std::string& name) const {
    throw UsageError(fmt::format("unknown flag {}", base::printable(spelling)),
                     did_you_mean(result_.command, name));
  }

  void add(const Flag& flag, const std::string& origin, const std::string& value) {
    if (!is_given(flag, value, origin)) return;
    Setting& setting =
        result_.flags.try_emplace(std::string(flag.name), Setting{{}, Source::command_line, origin})
            .first->second;
    if (flag.kind == FlagKind::value || flag.kind == FlagKind::toggle) setting.values.clear();
    setting.values.push_back(value);
  }

  void check_not_empty(const std::string& word) const {
    if (!word.empty()) return;
    throw UsageError(fmt::format("argument {} is empty", next_),
                     "a shell variable that isn't set? give it a value or leave it out");
  }

  void add_operand(const std::string& word) {
    check_not_empty(word);
    if (command_info(result_.command).operands.empty()) {
      throw UsageError(fmt::format("unexpected argument \"{}\"", base::printable(word)),
                       fmt::format("every input is a flag; {}", see_help(result_.command)));
    }
    result_.operands.push_back(word);
  }

  /// A flag that is known may still be another command's, and only the last word tells which command it is.
  void check_flags() const {
    for (const auto& [name, setting] : result_.flags) {
      if (find_flag(result_.command, name) != nullptr) continue;
      throw UsageError(fmt::format("{} is no flag of {}", setting.origin, result_.command),
                       did_you_mean(result_.command, name));
    }
  }

  const std::vector<std::string>& words_;
  std::size_t next_ = 0;
  Arguments result_;
};

}  // namespace

Arguments parse_arguments(const std::vector<std::string>& words) {
  return ArgumentParser(words).parse();
}

}  // namespace s3c::cli
