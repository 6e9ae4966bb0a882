#include "base/limits.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "base/error.h"

namespace s3c::base {

void require_threads(int threads) {
  if (threads < 1 || threads > kMaxThreads)
    throw Error(ErrorKind::invalid_argument, fmt::format("threads must be between 1 and {}", kMaxThreads));
}

void require_memory(std::uint64_t memory_bytes) {
  if (memory_bytes < std::uint64_t{64} << 20)
    throw Error(ErrorKind::invalid_argument, "memory must be at least 64MiB");
}

std::string size_text(std::uint64_t bytes) {
  static constexpr std::array<std::string_view, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  while (bytes != 0 && bytes % 1024 == 0 && unit + 1 < kUnits.size()) {
    bytes /= 1024;
    ++unit;
  }
  return fmt::format("{}{}", bytes, kUnits[unit]);
}

}  // namespace s3c::base
