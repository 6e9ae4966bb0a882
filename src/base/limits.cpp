#include "base/limits.h"

#include <fmt/format.h>

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

}  // namespace s3c::base
