#include "cli/options/config_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "cli/options/usage_error.h"

namespace s3c::cli {
namespace {

using ::testing::StartsWith;

std::string value_in(std::string_view text) {
  const auto settings = parse_config(text, "f.toml");
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

}  // namespace
}  // namespace s3c::cli
