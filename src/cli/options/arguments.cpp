#include "cli/options/arguments.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/encoding.h"
#include "cli/options/nearest.h"

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

[[noreturn]] void unknown_command(const CommandTable& table, const std::string& word) {
  std::vector<std::string> names;
  for (const Command& command : table) {
    const std::string name(first_word(command.name));
    if (names.empty() || names.back() != name) names.push_back(name);
  }
  // What other programs call it is no misspelling.
  const bool lists = word == "list" && std::find(names.begin(), names.end(), "ls") != names.end();
  const std::optional<std::string> meant = lists ? std::optional<std::string>("ls") : nearest(word, names);
  throw UsageError(fmt::format("unknown command \"{}\"", base::printable(word)),
                   meant ? fmt::format("did you mean {}?", *meant)
                         : fmt::format("the commands of this version are: {}", fmt::join(names, ", ")));
}

/// Reads the command line word by word. The command's name may stand after its flags, and only the command
/// tells what the flags mean. So the parser keeps the flags as they were written until it has read the last
/// word.
class ArgumentParser {
 public:
  ArgumentParser(const CommandTable& table, const std::vector<std::string>& words)
      : table_(table), words_(words) {
    result_.command = &table.front();
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
      } else if (result_.words.empty()) {
        check_not_empty(word);
        if (commands_of(table_, word).empty() || word.find(' ') != std::string::npos)
          unknown_command(table_, word);
        add_word(word);
      } else {
        add_operand(word);
      }
    }
    for (const Mention& mention : mentions_) settle(mention);
    return std::move(result_);
  }

 private:
  struct Mention {
    std::string name;
    std::string origin;
    std::string value;
  };

  void read_flag(const std::string& word) {
    const std::size_t equals = word.find('=');
    const std::string name = canonical_name(word.substr(2, equals - 2));
    const Flag* flag = find_known_flag(table_, *result_.command, name);
    if (flag == nullptr) unknown_flag(word.substr(0, equals), name);
    const std::string origin = "--" + name;
    if (equals != std::string::npos) {
      mentions_.push_back({name, origin, word.substr(equals + 1)});
    } else if (!takes_value(*flag)) {
      mentions_.push_back({name, origin, "true"});
    } else if (next_ < words_.size() && !has_form_of_flag(words_[next_])) {
      mentions_.push_back({name, origin, words_[next_++]});
    } else {
      throw UsageError(fmt::format("{} needs a value", origin),
                       fmt::format("{} (a value that looks like a flag is given as {}={})", usage_of(*flag),
                                   origin, flag->value));
    }
  }

  void read_letters(const std::string& word) {
    std::vector<const Flag*> flags;
    for (const char letter : word.substr(1)) flags.push_back(find_letter_anywhere(table_, letter));
    if (flags.empty() || std::count(flags.begin(), flags.end(), nullptr) != 0)
      unknown_flag(word, word.substr(1));
    for (const Flag* flag : flags)
      mentions_.push_back({std::string(flag->name), fmt::format("-{}", flag->letter), "true"});
  }

  [[noreturn]] void unknown_flag(const std::string& spelling, const std::string& name) const {
    throw UsageError(fmt::format("unknown flag {}", base::printable(spelling)),
                     did_you_mean(*result_.command, name));
  }

  void check_not_empty(const std::string& word) const {
    if (!word.empty()) return;
    throw UsageError(fmt::format("argument {} is empty", next_),
                     "perhaps a shell variable isn't set: give it a value or leave it out");
  }

  /// REQUIRES: words is the name of a command, or the start of several names.
  void add_word(const std::string& words) {
    result_.words = words;
    result_.command = commands_of(table_, words).front();
  }

  void add_operand(const std::string& word) {
    check_not_empty(word);
    if (!result_.is_complete()) {
      const std::string words = result_.words + " " + word;
      if (find_command(table_, words) == nullptr) {
        std::vector<std::string> names;
        for (const Command* command : commands_of(table_, result_.words)) names.emplace_back(command->name);
        if (const std::optional<std::string> meant = nearest(words, names))
          throw UsageError(fmt::format("unknown command \"{}\"", base::printable(words)),
                           fmt::format("did you mean {}?", *meant));
        throw incomplete_command(table_, result_);
      }
      add_word(words);
      return;
    }
    if (result_.command->operands.empty()) {
      throw UsageError(fmt::format("unexpected argument \"{}\"", base::printable(word)),
                       fmt::format("every input is a flag; {}", see_help(result_.command->name)));
    }
    result_.operands.push_back(word);
  }

  /// Adds the flag to the settings. Throws UsageError if only other commands have it.
  void settle(const Mention& mention) {
    const Flag* flag = find_flag(result_.command->flags, mention.name);
    if (flag == nullptr) {
      if (!result_.is_complete()) return;  // one of the commands that may be meant may have it
      throw UsageError(fmt::format("{} is no flag of {}", mention.origin, result_.command->name),
                       did_you_mean(*result_.command, mention.name));
    }
    if (!is_given(*flag, mention.value, mention.origin)) return;
    if (flag->once && result_.flags.contains(flag->name)) {
      throw UsageError(fmt::format("{} is given twice", mention.origin),
                       fmt::format("the first one would not count: give one; {}", usage_of(*flag)));
    }
    Setting& setting =
        result_.flags.try_emplace(std::string(flag->name), Setting{{}, Source::command_line, mention.origin})
            .first->second;
    if (flag->kind == FlagKind::value || flag->kind == FlagKind::toggle) {
      setting.values.clear();
      setting.origin = mention.origin;
    }
    setting.values.push_back(mention.value);
  }

  const CommandTable& table_;
  const std::vector<std::string>& words_;
  std::size_t next_ = 0;
  std::vector<Mention> mentions_;
  Arguments result_;
};

}  // namespace

UsageError incomplete_command(const CommandTable& table, const Arguments& arguments) {
  std::vector<std::string_view> rest;
  for (const Command* command : commands_of(table, arguments.words))
    rest.push_back(command->name.substr(arguments.words.size() + 1));
  return UsageError(fmt::format("{} needs the word {}", arguments.words, fmt::join(rest, " or ")),
                    see_help(arguments.words));
}

Arguments parse_arguments(const CommandTable& table, const std::vector<std::string>& words) {
  return ArgumentParser(table, words).parse();
}

}  // namespace s3c::cli
