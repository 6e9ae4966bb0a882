// The process's limit of open files.
#pragma once

#include <cstdint>

namespace s3c::base {

/// Raises the soft limit to the hard limit and returns the resulting limit. The usual soft limit of 1,024
/// exists for programs that use select(2); hundreds of connections need more. Any thread.
std::uint64_t raise_open_files_limit();

}  // namespace s3c::base
