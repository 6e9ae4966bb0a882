#include "base/text.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace s3c::base {
namespace {

TEST(Text, LowerChangesAsciiLettersOnly) {
  EXPECT_EQ(lower("X-Amz-Ä@[`{"), "x-amz-Ä@[`{");
  static_assert(lower('Z') == 'z' && lower('z') == 'z' && lower('[') == '[');
}

TEST(Text, TrimTakesBlanksOffBothEnds) {
  EXPECT_EQ(trim(" \ta b\t "), "a b");
  EXPECT_EQ(trim(" \t"), "");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim("a\r\n"), "a\r\n") << "no line ends, unless they are asked for";
  EXPECT_EQ(trim("a\r\n", " \t\r\n"), "a");
}

TEST(Text, ANumberIsTheWholeText) {
  EXPECT_EQ(parse_number<std::uint64_t>("18446744073709551615"), 18446744073709551615U);
  EXPECT_EQ(parse_number<int>("-7"), -7);
  EXPECT_EQ(parse_number<std::uint32_t>("ff", 16), 255U);
  for (const char* bad : {"", " 1", "1 ", "+1", "1x", "0x1", "-1", "256"})
    EXPECT_EQ(parse_number<std::uint8_t>(bad), std::nullopt) << bad;
}

}  // namespace
}  // namespace s3c::base
