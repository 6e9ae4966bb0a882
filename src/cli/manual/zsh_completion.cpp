#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/manual/completion.h"
#include "cli/manual/completion_words.h"

namespace s3c::cli {
namespace {

constexpr std::string_view kZshStart = R"(#compdef s3compress
# zsh completion for s3compress. Made from its table of commands.

_s3compress() {
)";

constexpr std::string_view kZshCommand = R"(
  # The command that stands in the line so far.
  local command='' flag='' word
  for word in "${(@)words[2,CURRENT-1]}"; do
)";

/// text with a backslash before each of the characters.
std::string escaped(std::string_view text, std::string_view characters) {
  std::string result;
  for (const char c : text) {
    if (characters.find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

/// ":TIER:(Bulk Standard)", the part of a specification that says what stands behind the flag.
std::string value_part(const Flag& flag) {
  if (!takes_value(flag)) return {};
  std::string action = " ";
  switch (value_kind(flag)) {
    case ValueKind::choice:
      action = fmt::format("({})", escaped(joined_choices(flag), "\\:"));
      break;
    case ValueKind::file:
      action = "_files";
      break;
    case ValueKind::folder:
      action = "_files -/";
      break;
    case ValueKind::unknown:
      break;
  }
  return fmt::format(":{}:{}", escaped(flag.value, "\\:"), action);
}

/// The specifications of one flag, for _arguments.
std::string specifications(const Flag& flag) {
  const bool is_repeated = flag.kind == FlagKind::list || flag.kind == FlagKind::count;
  const std::string rest = fmt::format("[{}]{}", escaped(short_help(flag), "\\[]:"), value_part(flag));
  const std::string name = fmt::format("--{}", flag.name);
  std::string once;
  if (flag.letter != '\0') once = fmt::format("(-{} {})", flag.letter, name);
  const std::string before = is_repeated ? "*" : once;
  std::string text =
      fmt::format(" \\\n        {}", shell_quoted(before + name + (takes_value(flag) ? "=" : "") + rest));
  if (flag.letter != '\0')
    text += fmt::format(" \\\n        {}", shell_quoted(fmt::format("{}-{}{}", before, flag.letter, rest)));
  return text;
}

/// '*:command:((ls\:"list …" find\:"…"))', the specification of a word that is a command's name.
std::string command_words(const CommandTable& table, std::string_view words) {
  std::string list;
  for (const CommandWord& next : next_words(table, words)) {
    list +=
        fmt::format("{}{}\\:\"{}\"", list.empty() ? "" : " ", next.word, escaped(next.summary, "\\:\"$`"));
  }
  if (words.empty()) list += " help\\:\"list the flags of a command\"";
  return shell_quoted(fmt::format("*:command:(({}))", list));
}

std::string case_of(std::string_view pattern, const std::string& positions, const Command& command) {
  std::string text = fmt::format("    {})\n      _arguments -s {}", pattern, positions);
  for (const Flag& flag : command.flags) text += specifications(flag);
  return text + "\n      ;;\n";
}

}  // namespace

std::string zsh_completion(const CommandTable& table) {
  std::string text(kZshStart);
  text += fmt::format("  local before_values=' {} '\n  local groups=' {} '\n",
                      fmt::join(flags_before_values(table), " "), fmt::join(groups(table), " "));
  text.append(kZshCommand).append(kTakeWord);
  text += "\n  case $command in\n" + case_of("''", command_words(table, ""), table.front());
  for (const std::string_view group : groups(table)) {
    text += fmt::format("    {})\n      _arguments {}\n      ;;\n", shell_quoted(group),
                        command_words(table, group));
  }
  for (const Command& command : table) {
    const bool has_two_words = first_word(command.name) != command.name;
    std::string positions = has_two_words ? "'1: :' '2: :'" : "'1: :'";
    if (!command.operands.empty())
      positions += " " + shell_quoted(fmt::format("*:{}:()", escaped(command.operands, "\\:")));
    text += case_of(shell_quoted(command.name), positions, command);
  }
  return text + "  esac\n}\n\n_s3compress \"$@\"\n";
}

}  // namespace s3c::cli
