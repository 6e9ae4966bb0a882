#include "cli/options/help.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "cli/commands/table.h"

namespace s3c::cli {
namespace {

/// The golden text in tests/data/cli/. After an intended change: S3C_UPDATE_GOLDEN=1 unit_cli
/// --gtest_filter='Help.*' writes the files anew; read the difference before you commit it.
void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(S3C_TEST_DATA) + "/cli/" + name;
  if (std::getenv("S3C_UPDATE_GOLDEN") != nullptr) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    ASSERT_TRUE(file.flush()) << path;
  }
  std::ifstream file(path, std::ios::binary);
  const std::string golden{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_EQ(text, golden) << "differs from " << path;
}

std::string help_of_command(std::string_view name) {
  return command_help(commands(), *find_command(commands(), name));
}

TEST(Help, ProgramIsAsInTheGoldenFile) {
  expect_golden("help.txt", program_help(commands()));
}
TEST(Help, ArchiveIsAsInTheGoldenFile) {
  expect_golden("help-archive.txt", help_of_command("archive"));
}
TEST(Help, ReadingCommandsAreAsInTheGoldenFiles) {
  for (const char* command : {"plan", "ls", "find", "cat", "restore", "thaw", "verify", "whoami"})
    expect_golden(std::string("help-") + command + ".txt", help_of_command(command));
}
TEST(Help, CatalogCommandsAreAsInTheGoldenFiles) {
  expect_golden("help-catalog.txt", group_help(commands(), "catalog"));
  expect_golden("help-catalog-rebuild.txt", help_of_command("catalog rebuild"));
  expect_golden("help-catalog-forget.txt", help_of_command("catalog forget"));
}
TEST(Help, GcAndCheckStoreAreAsInTheGoldenFiles) {
  expect_golden("help-gc.txt", help_of_command("gc"));
  expect_golden("help-check-store.txt", help_of_command("check-store"));
}
TEST(Help, ReportMergeIsAsInTheGoldenFile) {
  expect_golden("help-report-merge.txt", help_of_command("report merge"));
}

TEST(Help, NamesEveryFlagAndFitsTheScreen) {
  for (const Command& command : commands()) {
    const std::string help = help_of_command(command.name);
    for (const Flag& flag : command.flags) {
      EXPECT_THAT(help, ::testing::HasSubstr("--" + std::string(flag.name))) << flag.name;
      for (const std::string_view alias : flag.aliases) {
        if (alias.empty() || find_flag(command.flags, alias)->name == alias) continue;
        EXPECT_THAT(help, ::testing::Not(::testing::HasSubstr("  --" + std::string(alias) + " ")))
            << command.name;
      }
    }
    std::istringstream lines(help);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 106U) << line;
    EXPECT_THAT(program_help(commands()), ::testing::HasSubstr("\n  " + std::string(command.name) + " "));
  }
}

TEST(Help, TellsChoicesRangeAndDefaultFromTheTable) {
  const Flag flag = {.name = "level", .value = "N", .help = "how small", .fallback = "6", .range = {0, 12}};
  EXPECT_EQ(usage_of(flag), "--level N: how small, 0 to 12 (default: 6)");
  const Flag choice = {
      .name = "tier", .help = "speed", .otherwise = "the bucket's", .choices = {"a", "b", "c"}};
  EXPECT_EQ(help_of(choice), "speed: a, b or c (default: the bucket's)");
  EXPECT_EQ(help_of({.name = "x", .help = "plain"}), "plain");
}

TEST(Help, AFlagOfSeveralCommandsIsOfOneKind) {
  for (const Command& command : commands()) {
    for (const Flag& flag : command.flags) {
      const Flag* first = find_flag_anywhere(commands(), flag.name);
      if (first->name != flag.name) continue;  // there an alias of another flag
      EXPECT_EQ(first->kind, flag.kind) << flag.name;
      EXPECT_EQ(first->value.empty(), flag.value.empty()) << flag.name;
    }
  }
}

}  // namespace
}  // namespace s3c::cli
