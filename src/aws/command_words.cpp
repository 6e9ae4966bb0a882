#include "aws/command_words.h"

#include <optional>
#include <utility>

#include "base/error.h"

namespace s3c::aws {
namespace {

[[noreturn]] void refuse_command(const char* what) {
  throw base::Error(base::ErrorKind::invalid_argument, what);
}

}  // namespace

std::vector<std::string> command_words(std::string_view command) {
  std::vector<std::string> words;
  std::optional<std::string> word;  // nullopt: between words. "" is a word too.
  const auto next = [&command] {
    const char c = command.front();
    command.remove_prefix(1);
    return c;
  };
  while (!command.empty()) {
    const char c = next();
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      if (word) words.push_back(*std::exchange(word, std::nullopt));
      continue;
    }
    if (!word) word.emplace();
    if (c == '\\') {
      if (command.empty()) refuse_command("a backslash at the end escapes nothing");
      word->push_back(next());
    } else if (c == '\'' || c == '"') {
      for (;;) {
        if (command.empty()) refuse_command("a quote isn't closed");
        const char quoted = next();
        if (quoted == c) break;
        const bool escapes = c == '"' && quoted == '\\' && !command.empty() &&
                             (command.front() == '"' || command.front() == '\\');
        word->push_back(escapes ? next() : quoted);
      }
    } else {
      word->push_back(c);
    }
  }
  if (word) words.push_back(*std::move(word));
  return words;
}

}  // namespace s3c::aws
