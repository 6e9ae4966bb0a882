// GrowingBytes: what was appended is there, wherever the kernel moved it, and its memory goes back.
#include "base/growing_bytes.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <random>
#include <string>
#include <utility>

namespace s3c::base {
namespace {

TEST(GrowingBytes, HoldsWhatWasAppended) {
  std::minstd_rand random{1};
  GrowingBytes bytes;
  std::string expected;
  EXPECT_EQ(bytes.view(), "");
  while (expected.size() < std::size_t{3} << 20) {
    const std::string piece(random() % 100'000, static_cast<char>(random()));
    bytes.append(piece);
    expected += piece;
    ASSERT_EQ(bytes.size(), expected.size());
  }
  EXPECT_EQ(bytes.view(), expected);
}

TEST(GrowingBytes, TakesAPieceThatIsLargerThanTwiceItsRoom) {
  GrowingBytes bytes;
  const std::string piece(1'000'001, 'x');
  bytes.append("a");
  bytes.append(piece);
  EXPECT_EQ(bytes.view(), "a" + piece);
}

TEST(GrowingBytes, AMovedOneIsEmptyAndGrowsAgain) {
  GrowingBytes from;
  from.append("one");
  GrowingBytes to(std::move(from));
  EXPECT_EQ(to.view(), "one");
  EXPECT_EQ(from.size(), 0u);  // NOLINT(bugprone-use-after-move): that is what is promised
  from.append("two");
  to = std::move(from);
  EXPECT_EQ(to.view(), "two");
}

/// A line of /proc/self/status, in KiB. Source: proc(5).
std::int64_t status_kib(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name + ":")) return std::stoll(line.substr(name.size() + 1));
  }
  return -1;
}

TEST(GrowingBytes, TakesMemoryOnceAndGivesItBack) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer's own memory is in the number";
#endif
  constexpr std::int64_t kRoomKib = 8 << 10;  // for huge pages
  const std::string piece(1 << 20, 'x');
  std::ofstream("/proc/self/clear_refs") << "5";  // VmHWM, the most there was, begins anew
  const std::int64_t before = status_kib("VmRSS");
  ASSERT_GT(before, 0);
  {
    GrowingBytes bytes;
    for (int i = 0; i < 65; ++i) bytes.append(piece);
  }
  EXPECT_LT(status_kib("VmHWM") - before, (65 << 10) + kRoomKib);
  EXPECT_LT(status_kib("VmRSS") - before, kRoomKib);
}

}  // namespace
}  // namespace s3c::base
