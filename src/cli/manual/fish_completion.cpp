#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/manual/completion.h"
#include "cli/manual/completion_words.h"

namespace s3c::cli {
namespace {

constexpr std::string_view kFishCommand = R"(
# Prints the command that stands in the line so far.
function __s3compress_command
    set -l command
    set -l flag
    for word in (commandline -opc)[2..-1]
        if test -n "$flag"
            set flag
        else if string match -q -- '-*' $word
            set word (string replace -a _ - -- $word)
            if contains -- $word $__s3compress_before_values
                set flag $word
            end
        else if test "$word" = help -a -z "$command"
            continue
        else if test -z "$command"; or contains -- "$command" $__s3compress_groups
            set -a command $word
            set command "$command"
        end
    end
    echo $command
end

function __s3compress_is
    test (__s3compress_command) = "$argv"
end

complete -c s3compress -f
)";

/// text in single quotes, as fish reads it.
std::string fish_quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') result += '\\';
    result += c;
  }
  return result + "'";
}

std::string value_options(const Flag& flag) {
  if (!takes_value(flag)) return {};
  switch (value_kind(flag)) {
    case ValueKind::choice:
      return fmt::format(" -x -a {}", fish_quoted(joined_choices(flag)));
    case ValueKind::file:
      return " -r -F";
    case ValueKind::folder:
      return " -x -a '(__fish_complete_directories)'";
    case ValueKind::unknown:
      break;
  }
  return " -x";
}

/// One line for each flag of the command. words: what stands in the line so far; the default command's stand there
/// without its name too.
std::string flag_completions(std::string_view words, const Command& command) {
  std::string text;
  for (const Flag& flag : command.flags) {
    const std::string letter = flag.letter == '\0' ? "" : fmt::format(" -s {}", flag.letter);
    text += fmt::format("complete -c s3compress -n {} -l {}{}{} -d {}\n",
                        fish_quoted(fmt::format("__s3compress_is {}", words)), flag.name, letter,
                        value_options(flag), fish_quoted(short_help(flag)));
  }
  return text;
}

std::string word_completions(const CommandTable& table, std::string_view words) {
  std::string text;
  for (const CommandWord& next : next_words(table, words)) {
    text += fmt::format("complete -c s3compress -n {} -a {} -d {}\n",
                        fish_quoted(fmt::format("__s3compress_is {}", words)), next.word,
                        fish_quoted(next.summary));
  }
  return text;
}

}  // namespace

std::string fish_completion(const CommandTable& table) {
  std::string text = fmt::format(
      "# fish completion for s3compress. Made from its table of commands.\n"
      "set -g __s3compress_before_values {}\n"
      "set -g __s3compress_groups {}\n",
      fmt::join(flags_before_values(table), " "), fmt::join(groups(table), " "));
  text += kFishCommand;
  text += word_completions(table, "");
  text += "complete -c s3compress -n '__s3compress_is ' -a help -d 'list the flags of a command'\n";
  for (const std::string_view group : groups(table)) text += word_completions(table, group);
  text += flag_completions("", table.front());
  for (const Command& command : table) text += flag_completions(command.name, command);
  return text;
}

}  // namespace s3c::cli
