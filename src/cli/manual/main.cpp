// s3compress-manual: writes the man pages and the completions into a folder. The build runs it (CMakeLists.txt), and
// it isn't installed: so the program that users run carries none of it.
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "cli/commands/table.h"
#include "cli/manual/completion.h"
#include "cli/manual/completion_words.h"
#include "cli/manual/man_page.h"
#include "cli/version.h"

namespace s3c::cli {
namespace {

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) throw std::runtime_error(fmt::format("{} can't be written", path.string()));
}

void write_manual(const std::filesystem::path& folder) {
  const CommandTable& table = commands();
  const ManualEdition edition = {std::string(version_date()), std::string(version())};
  const auto write_page = [&folder](const std::string& name, const std::string& text) {
    write_file(folder / "man1" / (name + ".1"), text);
  };
  write_page("s3compress", program_page(table, edition));
  for (const Command& command : table)
    write_page(page_name(command.name), command_page(table, command, edition));
  for (const std::string_view group : groups(table))
    write_page(page_name(group), group_page(table, group, edition));
  write_file(folder / "bash" / "s3compress", bash_completion(table));
  write_file(folder / "zsh" / "_s3compress", zsh_completion(table));
  write_file(folder / "fish" / "s3compress.fish", fish_completion(table));
}

}  // namespace
}  // namespace s3c::cli

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: s3compress-manual FOLDER\n", stderr);
    return 2;
  }
  try {
    s3c::cli::write_manual(argv[1]);
    return 0;
  } catch (const std::exception& error) {
    std::fputs(fmt::format("s3compress-manual: {}\n", error.what()).c_str(), stderr);
    return 1;
  }
}
