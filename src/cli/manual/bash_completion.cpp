#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>
#include <utility>

#include "cli/manual/completion.h"
#include "cli/manual/completion_words.h"

namespace s3c::cli {
namespace {

constexpr std::string_view kBashStart = R"(# bash completion for s3compress. Made from its table of commands.

_s3compress() {
  # Bash splits --tier=Bulk and aws:kms at '=' and ':'. These are put together again.
  local words=() token='' glued='' i
  for ((i = 1; i <= COMP_CWORD; ++i)); do
    token=${COMP_WORDS[i]}
    if [[ $token == [=:]* && ${#words[@]} -gt 0 ]]; then
      words[-1]+=$token
      glued=1
    elif [[ -n $glued ]]; then
      words[-1]+=$token
      glued=''
    else
      words+=("$token")
    fi
  done
  [[ $token != [=:]* ]] || token=''
  local current=${words[-1]}
  local before=${current%"$token"} # of the current word, what bash leaves alone
)";

constexpr std::string_view kBashCommand = R"(
  # The command that stands in the line so far, and the flag that waits for its value.
  local command='' flag='' word
  for word in "${words[@]::${#words[@]}-1}"; do
)";

constexpr std::string_view kBashFlag = R"(  local head=''
  if [[ -z $flag && $current == --*=* ]]; then
    head=${current%%=*}=
    flag=${head%=}
    flag=${flag//_/-}
    current=${current#*=}
  fi
)";

constexpr std::string_view kBashEnd = R"(
  local found
  COMPREPLY=()
  while IFS= read -r found; do
    found=$head$found
    COMPREPLY+=("${found#"$before"}")
  done < <(compgen "${how[@]}" -- "$current")
}

complete -F _s3compress s3compress
)";

/// How bash finds the values: the arguments of compgen. Empty: nothing is proposed.
std::string compgen_of(const Flag& flag) {
  switch (value_kind(flag)) {
    case ValueKind::choice:
      return fmt::format("-W {}", shell_quoted(joined_choices(flag)));
    case ValueKind::file:
      return "-f";
    case ValueKind::folder:
      return "-d";
    case ValueKind::unknown:
      break;
  }
  return {};
}

/// The cases of "COMMAND --FLAG". A flag that means the same to all commands that know it has one case for all.
std::string value_cases(const CommandTable& table) {
  std::map<std::string, std::set<std::string>> meanings;  // of each spelling
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> commands_by_spelling_and_meaning;
  for (const Command& command : table) {
    for (const Flag& flag : command.flags) {
      const std::string meaning = compgen_of(flag);
      for (const std::string_view name : names_of(command.flags, flag)) {
        const std::string spelling = fmt::format("--{}", name);
        meanings[spelling].insert(meaning);
        commands_by_spelling_and_meaning[{spelling, meaning}].emplace_back(command.name);
      }
    }
  }
  std::string text;
  for (const auto& [key, commands] : commands_by_spelling_and_meaning) {
    const auto& [spelling, meaning] = key;
    if (meaning.empty()) continue;
    std::string pattern;
    if (meanings[spelling].size() == 1) {
      pattern = fmt::format("*' {}'", spelling);
    } else {
      for (const std::string& command : commands)
        pattern += fmt::format("{}'{} {}'", pattern.empty() ? "" : " | ", command, spelling);
    }
    text += fmt::format("      {}) how=({}) ;;\n", pattern, meaning);
  }
  return text;
}

std::string words_of(const std::vector<CommandWord>& words) {
  std::string text;
  for (const CommandWord& word : words) text += fmt::format("{}{}", text.empty() ? "" : " ", word.word);
  return text;
}

std::string flags_of(const Command& command) {
  std::string text;
  for (const Flag& flag : command.flags) text += fmt::format("{}--{}", text.empty() ? "" : " ", flag.name);
  return text;
}

}  // namespace

std::string bash_completion(const CommandTable& table) {
  std::string text(kBashStart);
  text += fmt::format("  local before_values=' {} '\n  local groups=' {} '\n",
                      fmt::join(flags_before_values(table), " "), fmt::join(groups(table), " "));
  text.append(kBashCommand).append(kTakeWord).append(kBashFlag);
  text += fmt::format(
      "\n  local how=(-W '')\n"
      "  if [[ -n $flag ]]; then\n"
      "    case \"${{command:-{}}} $flag\" in\n"
      "{}"
      "    esac\n"
      "    if [[ ${{how[0]}} != -W ]]; then compopt -o filenames; fi\n"
      "  elif [[ $current == -* ]]; then\n"
      "    case ${{command:-{}}} in\n",
      table.front().name, value_cases(table), table.front().name);
  for (const Command& command : table)
    text += fmt::format("      {}) how=(-W '{}') ;;\n", shell_quoted(command.name), flags_of(command));
  text += fmt::format("    esac\n  else\n    case $command in\n      '') how=(-W '{} help') ;;\n",
                      words_of(next_words(table, "")));
  for (const std::string_view group : groups(table))
    text += fmt::format("      {}) how=(-W '{}') ;;\n", group, words_of(next_words(table, group)));
  return text + "    esac\n  fi\n" + std::string(kBashEnd);
}

}  // namespace s3c::cli
