#include "base/entropy.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cerrno>
#include <system_error>

#include "base/error.h"

namespace s3c::base {

void fill_random(std::span<std::byte> bytes, EntropyCall call) {
  if (call(bytes.data(), bytes.size()) == 0) return;
  throw Error(
      ErrorKind::unsupported,
      fmt::format("the operating system gave no random bits: getrandom: {}. It takes Linux 3.17 or newer, "
                  "and a sandbox that allows this system call",
                  std::generic_category().message(errno)));
}

std::uint32_t random_seed() {
  std::array<std::byte, sizeof(std::uint32_t)> bytes{};
  fill_random(bytes);
  return std::bit_cast<std::uint32_t>(bytes);
}

}  // namespace s3c::base
