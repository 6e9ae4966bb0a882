#include "cli/manual/man_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "cli/exit_code.h"
#include "cli/manual/roff.h"
#include "cli/options/help.h"

namespace s3c::cli {
namespace {

/// The page's head: its title, how text is set, and the line that whatis(1) and apropos(1) know.
std::string head(std::string_view name, std::string_view summary, const ManualEdition& edition) {
  std::string title(name);
  std::transform(title.begin(), title.end(), title.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  // Neither hyphenated nor spread out: the names of flags and keys have to be found and copied as they are.
  return fmt::format(
      ".TH {} 1 \"{}\" \"s3compress {}\" \"s3compress\"\n"
      ".nh\n"
      ".ad l\n"
      ".ss 12 0\n"  // one blank between sentences
      ".SH NAME\n"
      "{} \\- {}\n",
      roff_text(title), edition.date, roff_text(edition.version), roff_text(name), roff_text(summary));
}

std::string synopsis(const std::string& usage) {
  return fmt::format(".HP\n{}\n", roff_usage(usage));
}

std::string flag_sections(const std::vector<Flag>& flags) {
  std::string text;
  std::string_view group;
  for (const Flag& flag : flags) {
    if (flag.group != group) text += fmt::format(".SS {}\n", roff_text(flag.group));
    group = flag.group;
    text += fmt::format(".TP\n{}\n{}\n", roff_usage(spelling_of(flag)), roff_text(help_of(flag)));
  }
  return text;
}

std::string command_list(const std::vector<const Command*>& commands) {
  std::string text;
  for (const Command* command : commands) {
    text += fmt::format(".TP\n.BR {} (1)\n{}\n", roff_text(page_name(command->name)),
                        roff_text(command->summary));
  }
  return text;
}

std::string settings_and_exit_status() {
  std::string text = fmt::format(".SH SETTINGS\n{}.SH EXIT STATUS\n", roff_subjects(settings_prose()));
  for (const ExitCodeMeaning& row : kExitCodes)
    text += fmt::format(".TP\n.B {}\n{}\n", static_cast<int>(row.code), roff_text(row.meaning));
  return text + fmt::format(".PP\n{}.\n", roff_text(exit_code_order()));
}

std::string see_also(const std::vector<std::string>& pages) {
  std::string text = ".SH SEE ALSO\n";
  for (const std::string& page : pages)
    text += fmt::format(".BR {} (1){}\n", roff_text(page), &page == &pages.back() ? "" : ",");
  return text +
         ".PP\n"
         "The documents say how it works, what it promises and what lies in the archive bucket. They are in\n"
         ".I /usr/share/doc/s3compress\n"
         "if the program came as a package.\n";
}

std::vector<const Command*> all_of(const CommandTable& table) {
  std::vector<const Command*> commands;
  commands.reserve(table.size());
  for (const Command& command : table) commands.push_back(&command);
  return commands;
}

std::vector<std::string> pages_of(const std::vector<const Command*>& commands) {
  std::vector<std::string> pages;
  pages.reserve(commands.size());
  for (const Command* command : commands) pages.push_back(page_name(command->name));
  return pages;
}

}  // namespace

std::string page_name(std::string_view words) {
  std::string name = fmt::format("s3compress-{}", words);
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::string program_page(const CommandTable& table, const ManualEdition& edition) {
  return head("s3compress",
              "pack the many small objects of an S3 bucket into ZIP archives, and bring them back", edition) +
         ".SH SYNOPSIS\n" + synopsis(usage_line(table, table.front())) +
         synopsis("s3compress COMMAND [flags]") + ".SH DESCRIPTION\n" + roff_paragraphs(program_prose()) +
         ".SH COMMANDS\n" + command_list(all_of(table)) + ".SH OPTIONS\nThese are for all commands.\n" +
         flag_sections(flags_of_all(table)) + settings_and_exit_status() + ".SH EXAMPLES\n" +
         roff_examples(table.front().examples) + see_also(pages_of(all_of(table)));
}

std::string command_page(const CommandTable& table, const Command& command, const ManualEdition& edition) {
  return head(page_name(command.name), command.summary, edition) + ".SH SYNOPSIS\n" +
         synopsis(usage_line(table, command)) + ".SH DESCRIPTION\n" + roff_paragraphs(command.prose) +
         ".SH OPTIONS\n" + flag_sections(command.flags) + settings_and_exit_status() + ".SH EXAMPLES\n" +
         roff_examples(command.examples) + see_also({"s3compress"});
}

std::string group_page(const CommandTable& table, std::string_view words, const ManualEdition& edition) {
  const std::vector<const Command*> commands = commands_of(table, words);
  std::string usages;
  for (const Command* command : commands) usages += synopsis(usage_line(table, *command));
  std::vector<std::string> pages = pages_of(commands);
  pages.insert(pages.begin(), "s3compress");
  return head(page_name(words), fmt::format("the {} commands of s3compress", words), edition) +
         ".SH SYNOPSIS\n" + usages + ".SH DESCRIPTION\n" + command_list(commands) + see_also(pages);
}

}  // namespace s3c::cli
