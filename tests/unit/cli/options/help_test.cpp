#include "cli/options/help.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "cli/options/flags.h"

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

TEST(Help, ProgramIsAsInTheGoldenFile) {
  expect_golden("help.txt", program_help());
}
TEST(Help, ArchiveIsAsInTheGoldenFile) {
  expect_golden("help-archive.txt", command_help("archive"));
}
TEST(Help, ReadingCommandsAreAsInTheGoldenFiles) {
  for (const char* command : {"ls", "find", "cat", "restore", "verify", "catalog"})
    expect_golden(std::string("help-") + command + ".txt", command_help(command));
}
TEST(Help, GcIsAsInTheGoldenFile) {
  expect_golden("help-gc.txt", command_help("gc"));
}

TEST(Help, NamesEveryFlagAndFitsTheScreen) {
  for (const CommandInfo& command : commands()) {
    const std::string help = command_help(command.name);
    for (const Flag& flag : all_flags(command.name)) {
      EXPECT_THAT(help, ::testing::HasSubstr("--" + std::string(flag.name))) << flag.name;
    }
    std::istringstream lines(help);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 106U) << line;
    EXPECT_THAT(program_help(), ::testing::HasSubstr("\n  " + std::string(command.name) + " "));
  }
}

TEST(Help, AFlagOfSeveralCommandsIsOfOneKind) {
  for (const CommandInfo& command : commands()) {
    for (const Flag& flag : all_flags(command.name)) {
      const Flag* first = find_flag_anywhere(flag.name);
      EXPECT_EQ(first->kind, flag.kind) << flag.name;
      EXPECT_EQ(first->value.empty(), flag.value.empty()) << flag.name;
    }
  }
}

}  // namespace
}  // namespace s3c::cli
