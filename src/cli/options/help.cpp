#include "cli/options/help.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "cli/exit_code.h"

namespace s3c::cli {
namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kHelpColumn = 28;

/// text in lines of at most kWidth columns. All lines except the first are indented to kHelpColumn.
std::string wrapped(std::string_view text) {
  std::string result;
  std::size_t column = kHelpColumn;
  while (!text.empty()) {
    const std::size_t end = text.find(' ');
    const std::string_view word = text.substr(0, end);
    if (column != kHelpColumn && column + 1 + word.size() > kWidth) {
      result += "\n" + std::string(kHelpColumn, ' ');
      column = kHelpColumn;
    } else if (column != kHelpColumn) {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return result;
}

std::string flag_lines(const std::vector<Flag>& flags) {
  std::string text;
  std::string_view group;
  for (const Flag& flag : flags) {
    if (flag.group != group) text += fmt::format("\n{}:\n", flag.group);
    group = flag.group;
    std::string head = "  " + spelling_of(flag);
    // A name too long for the column stands on a line of its own.
    if (head.size() + 2 > kHelpColumn) {
      text += head + "\n";
      head.clear();
    }
    head.resize(kHelpColumn, ' ');
    text += head + wrapped(help_of(flag)) + "\n";
  }
  return text;
}

std::string command_line_of(const Command& command) {
  std::string head = "  " + std::string(command.name);
  head.resize(kHelpColumn, ' ');
  return head + wrapped(command.summary) + "\n";
}

/// The numbers of the exit codes, the worst first, without that of done.
std::vector<int> order_of_exit_codes() {
  std::vector<int> numbers;
  for (const ExitCode code : kWorstFirst) {
    if (code != ExitCode::done) numbers.push_back(static_cast<int>(code));
  }
  return numbers;
}

constexpr std::string_view kProgramProse =
    "s3compress packs the many small objects of a bucket, day by day, into ZIP archives in another "
    "bucket,\n"
    "has the store confirm each archive, and only then deletes the objects it holds.\n";

constexpr std::string_view kSettings =
    R"(  Every flag can also be an environment variable (--min-age: S3COMPRESS_MIN_AGE) or a line of the
  --config file (min-age = "7d"). The command line wins over the environment, and the environment
  over the file.
  In the file, lines above every section are for all commands, lines below [archive] for that one.
  --flag=false turns a toggle off. Commas separate the parts of a list in the environment.
  Sizes: K, M, G, T and KiB, MiB, GiB, TiB are powers of 1024; KB, MB, GB, TB powers of 1000.
  Credentials, regions and profiles are found where the AWS CLI finds them: AWS_ACCESS_KEY_ID and
  AWS_SECRET_ACCESS_KEY, AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL_S3, ~/.aws/config, ~/.aws/credentials.
)";

std::string settings_and_exit_codes() {
  std::string text = fmt::format("\nSettings:\n{}\nExit codes:\n", kSettings);
  for (const ExitCodeMeaning& row : kExitCodes)
    text += fmt::format("  {}  {}\n", static_cast<int>(row.code), row.meaning);
  return text + fmt::format("  {}\n", exit_code_order());
}

std::string examples_of(const Command& command) {
  return fmt::format("\nExamples:\n{}", command.examples);
}

}  // namespace

std::string spelling_of(const Flag& flag) {
  const std::string letter = flag.letter == '\0' ? "" : fmt::format("-{}, ", flag.letter);
  return fmt::format("{}--{}{}{}", letter, flag.name, flag.value.empty() ? "" : " ", flag.value);
}

std::string usage_line(const CommandTable& table, const Command& command) {
  const bool is_default = command.name == table.front().name;
  std::string line =
      fmt::format("s3compress {}{}{}", is_default ? "[" : "", command.name, is_default ? "]" : "");
  for (const std::string_view part : {command.usage, command.operands, std::string_view("[flags]")}) {
    if (!part.empty()) line += fmt::format(" {}", part);
  }
  return line;
}

std::vector<Flag> flags_of_all(const CommandTable& table) {
  std::vector<Flag> flags;
  for (const Flag& flag : table.front().flags) {
    const bool of_all = std::all_of(table.begin(), table.end(), [&](const Command& command) {
      const Flag* found = find_flag(command.flags, flag.name);
      return found != nullptr && found->group == flag.group && found->help == flag.help;
    });
    if (of_all) flags.push_back(flag);
  }
  return flags;
}

std::string_view program_prose() {
  return kProgramProse;
}

std::string_view settings_prose() {
  return kSettings;
}

std::string exit_code_order() {
  return fmt::format("If several apply, the first of these: {}", fmt::join(order_of_exit_codes(), ", "));
}

std::string program_help(const CommandTable& table) {
  std::string text =
      fmt::format("{}\nusage: {}\n\nCommands:\n", kProgramProse, usage_line(table, table.front()));
  for (const Command& command : table) text += command_line_of(command);
  text += "\n\"s3compress help COMMAND\" lists every flag of that command.\n";
  return text + flag_lines(flags_of_all(table)) + settings_and_exit_codes() + examples_of(table.front());
}

std::string group_help(const CommandTable& table, std::string_view words) {
  std::string usage;
  std::string list;
  for (const Command* command : commands_of(table, words)) {
    usage += (usage.empty() ? "usage: " : "       ") + usage_line(table, *command) + "\n";
    list += command_line_of(*command);
  }
  return fmt::format("{}\nCommands:\n{}\n--help after one of them lists its flags.\n", usage, list);
}

std::string command_help(const CommandTable& table, const Command& command) {
  return fmt::format("usage: {}\n\n{}", usage_line(table, command), command.prose) +
         flag_lines(command.flags) + settings_and_exit_codes() + examples_of(command);
}

}  // namespace s3c::cli
