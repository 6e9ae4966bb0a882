#include "cli/output/patient_write.h"

#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

namespace s3c::cli {
namespace {

/// How often the stop is looked at.
constexpr std::chrono::milliseconds kSlice{100};

}  // namespace

int write_patiently(int descriptor, std::string_view bytes, const std::stop_token& stop,
                    std::chrono::milliseconds patience) {
  std::chrono::milliseconds waited{0};  // after the stop
  while (!bytes.empty()) {
    pollfd waiting{descriptor, POLLOUT, 0};
    if (::poll(&waiting, 1, static_cast<int>(kSlice.count())) == 0) {
      if (stop.stop_requested() && (waited += kSlice) > patience) return ETIMEDOUT;
      continue;
    }
    // A pipe that is ready takes PIPE_BUF bytes. A longer write would wait inside the kernel, where no stop is
    // seen.
    const ssize_t written = ::write(descriptor, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace s3c::cli
