// Writes to what may not take anything for a while: a full pipe, a stopped terminal.
#pragma once

#include <chrono>
#include <stop_token>
#include <string_view>

namespace s3c::cli {

/// Writes all of bytes, at most PIPE_BUF at a time. Waits for the reader as long as that takes. Once stop is
/// requested it waits for patience at most. Returns 0, or the errno of the write that failed; ETIMEDOUT: the
/// reader took nothing after the stop. Any thread.
int write_patiently(int descriptor, std::string_view bytes, const std::stop_token& stop,
                    std::chrono::milliseconds patience = std::chrono::seconds(2));

}  // namespace s3c::cli
