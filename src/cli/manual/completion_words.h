// What the completions of all shells are made of. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/options/command.h"

namespace s3c::cli {

/// What can stand behind a flag, as far as a shell can know it.
enum class ValueKind {
  unknown,  ///< a bucket, a date, a number: nothing is proposed
  choice,
  file,
  folder,
};

ValueKind value_kind(const Flag& flag);
/// The choices, with blanks between them.
std::string joined_choices(const Flag& flag);
/// The flag's help without what follows the first semicolon: one line of a list.
std::string short_help(const Flag& flag);

struct CommandWord {
  std::string_view word;
  std::string summary;
};
/// The words that can come next after words, the start of some commands' names: after "" every first word, and
/// after "catalog" the second words. Each once, in the order of the table.
std::vector<CommandWord> next_words(const CommandTable& table, std::string_view words);
/// The first words of commands of two words.
std::vector<std::string_view> groups(const CommandTable& table);

/// Every spelling of a flag that takes a value, with "--", also old names: the word behind it is no command.
std::vector<std::string> flags_before_values(const CommandTable& table);

/// The body and the end of a loop over the words of a line, in the language that bash and zsh share: finds the command
/// so far, and the flag that waits for its value.
inline constexpr std::string_view kTakeWord = R"(    if [[ -n $flag ]]; then
      flag=''
    elif [[ $word == -* ]]; then
      word=${word//_/-}
      if [[ $before_values == *" $word "* ]]; then flag=$word; fi
    elif [[ $word == help && -z $command ]]; then
      continue
    elif [[ -z $command || $groups == *" $command "* ]]; then
      command+=${command:+ }$word
    fi
  done
)";

/// text in single quotes, as bash and zsh read it.
std::string shell_quoted(std::string_view text);

}  // namespace s3c::cli
