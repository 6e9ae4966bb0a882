#include "cli/options/config_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "cli/options/usage_error.h"

namespace s3c::cli {
namespace {

using ::testing::StartsWith;

std::string value_in(std::string_view text) {
  const auto settings = parse_config(text, "f.toml").settings;
  return settings.size() == 1 && settings[0].values.size() == 1 ? settings[0].values[0] : "no single value";
}

std::string error_of(std::string_view text) {
  try {
    parse_config(text, "f.toml");
  } catch (const UsageError& error) {
    return error.message();
  }
  return "no error";
}

TEST(ConfigFile, StringsAndCommentsMayHoldAnyCharacter) {
  EXPECT_EQ(value_in("prefix = \"l\u00f6gs\" # \u00fc\n"), "l\u00f6gs");
  EXPECT_EQ(value_in("prefix = 'l\u00f6gs'"), "l\u00f6gs");
  EXPECT_EQ(value_in("prefix = '''\\\nl\u00f6gs'''"), "\\\nl\u00f6gs");
  EXPECT_EQ(value_in("prefix = \"\"\"\\\n  logs \u00f6\"\"\""), "logs \u00f6");
  EXPECT_EQ(value_in("prefix = \"\"\"x\"\"\"\"\" # \u00f6"), "x\"\"");
  EXPECT_EQ(value_in("prefix = \"\\\"\u00f6\""), "\"\u00f6");
  EXPECT_EQ(value_in("\xef\xbb\xbfprefix = 'a'"), "a");
}

TEST(ConfigFile, ElsewhereOneBeyondAsciiIsNamedWithItsPlace) {
  EXPECT_THAT(error_of("threads = 1\npr\u00e9fix = 'a'"), StartsWith("f.toml:2:3: a character beyond ASCII"));
  EXPECT_THAT(error_of("prefix = 'a\u00f6' \u00e9"), StartsWith("f.toml:1:15: a character beyond ASCII"));
  EXPECT_THAT(error_of("a\u03fb..[[[1 ."), StartsWith("f.toml:1:2: a character beyond ASCII"));
  EXPECT_THAT(error_of("\xef\xbb\xbf\u00e9 = 1"), StartsWith("f.toml:1:"));
  EXPECT_THAT(error_of("prefix = \"\"\"\\\n  \u00e9\"\"\""),
              StartsWith("f.toml:2:3: a character beyond ASCII"));
}

TEST(ConfigFile, EveryTableIsASectionAlsoAnEmptyOne) {
  const auto sections_of = [](std::string_view text) {
    std::string found;
    for (const ConfigSection& section : parse_config(text, "f.toml").sections)
      found += section.place + " " + section.name + ", ";
    return found;
  };
  EXPECT_EQ(sections_of("x = 1\n"), "");
  EXPECT_EQ(sections_of("\ndry-run = {}\n"), "f.toml:2:1 dry-run, ");
  EXPECT_EQ(sections_of("[dry-run]\n"), "f.toml:1:2 dry-run, ");
  EXPECT_EQ(sections_of("[archive.dry-run]\n"), "f.toml:1:2 archive, f.toml:1:10 archive dry-run, ");
  EXPECT_EQ(sections_of("[archive]\nexclude = {}\n"), "f.toml:1:2 archive, f.toml:2:1 archive exclude, ");
  EXPECT_EQ(sections_of("a.b.c = {}\n"), "f.toml:1:1 a, f.toml:1:3 a b, f.toml:1:5 a b c, ");
}

}  // namespace
}  // namespace s3c::cli
