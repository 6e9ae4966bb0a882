// Input: the words of a command line, one a line, without the program's name. They come apart into a command,
// its flags and its operands, or UsageError. A word --dry-run that isn't behind "--" is always in force
// unless a later one takes it back; no value and no operand is made up or empty; said in the plainest form it
// comes to the same.
#include "cli/options/arguments.h"

#include <sstream>

#include "cli/commands/table.h"
#include "cli/options/usage_error.h"
#include "tests/fuzz/fuzz_target.h"

using namespace s3c;
using fuzz::require;

namespace {

std::optional<cli::Arguments> parse(const std::vector<std::string>& words) {
  try {
    return cli::parse_arguments(cli::commands(), words);
  } catch (const cli::UsageError& error) {
    require(!error.message().empty() && fuzz::is_printable(error.message()),
            "an error can be printed on one line");
    require(fuzz::is_printable(error.hint()), "a hint can be printed on one line");
    return std::nullopt;
  }
}

bool is_word(const std::vector<std::string>& words, const std::string& text) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// What the words say of --dry-run, seen by somebody who knows no other flag: the last mention before "--".
std::optional<std::string> dry_run_of(const std::vector<std::string>& words) {
  std::optional<std::string> said;
  for (const std::string& word : words) {
    if (word == "--") break;
    const std::size_t equals = word.find('=');
    if (!word.starts_with("--") || cli::canonical_name(word.substr(2, equals - 2)) != cli::kDryRun) continue;
    said = equals == std::string::npos ? "true" : word.substr(equals + 1);
  }
  return said;
}

std::vector<std::string> plainest(const cli::Arguments& arguments) {
  std::vector<std::string> words;
  std::istringstream command{std::string(arguments.command->name)};
  for (std::string word; command >> word;) words.push_back(word);
  for (const auto& [name, setting] : arguments.flags) {
    for (const std::string& value : setting.values) words.push_back("--" + name + "=" + value);
  }
  words.emplace_back("--");
  words.insert(words.end(), arguments.operands.begin(), arguments.operands.end());
  return words;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::string> words = fuzz::split(fuzz::text_of(data, size), '\n');
  const auto arguments = parse(words);
  if (!arguments) return 0;
  if (!arguments->is_complete()) return 0;  // "catalog" alone: only --help may follow
  for (const std::string& operand : arguments->operands)
    require(!operand.empty() && is_word(words, operand), "an operand is one of the words");
  for (const auto& [name, setting] : arguments->flags) {
    require(cli::find_flag(arguments->command->flags, name) != nullptr, "a flag is the command's");
    require(!setting.values.empty(), "a flag that is there has a value");
    for (const std::string& value : setting.values)
      require(value.find_first_not_of(" \t\r\n\v\f") != std::string::npos, "a value has text");
  }
  if (const auto said = dry_run_of(words)) {
    const auto found = arguments->flags.find(cli::kDryRun);
    require(found != arguments->flags.end() && found->second.values.back() == *said, "--dry-run is in force");
  }
  const auto again = parse(plainest(*arguments));
  require(again && again->command == arguments->command && again->operands == arguments->operands &&
              again->flags.size() == arguments->flags.size(),
          "the plainest form says the same");
  for (const auto& [name, setting] : arguments->flags)
    require(again->flags.at(name).values == setting.values, "a value reads back the same");
  return 0;
}
