#include "base/entropy.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <set>
#include <string>

#include "base/error.h"

namespace s3c::base {
namespace {

TEST(Entropy, EachSeedIsAnotherOne) {
  std::set<std::uint32_t> seeds;
  for (int i = 0; i < 100; ++i) seeds.insert(random_seed());
  EXPECT_GE(seeds.size(), 99U);  // two that are the same: 1 in a million runs
}

TEST(Entropy, FillsEveryByte) {
  std::array<std::byte, 256> sum{};
  for (int i = 0; i < 20; ++i) {
    std::array<std::byte, 256> bytes{};
    fill_random(bytes);
    for (std::size_t j = 0; j < sum.size(); ++j) sum[j] |= bytes[j];
  }
  for (std::size_t j = 0; j < sum.size(); ++j) EXPECT_NE(sum[j], std::byte{0}) << j;
}

TEST(Entropy, WithoutItTheErrorSaysWhatToLookFor) {
  std::array<std::byte, 8> bytes{};
  const auto no_such_call = [](void*, std::size_t) {
    errno = ENOSYS;
    return -1;
  };
  try {
    fill_random(bytes, no_such_call);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unsupported);
    EXPECT_EQ(
        error.message(),
        "the operating system gave no random bits: getrandom: Function not implemented. It takes Linux 3.17 or "
        "newer, and a sandbox that allows this system call");
  }
}

}  // namespace
}  // namespace s3c::base
