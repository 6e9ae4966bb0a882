// What the settings of every command must keep to. Pure functions, any thread.
#pragma once

#include <cstdint>

namespace s3c::base {

inline constexpr int kMaxThreads = 4096;

/// Throws Error (invalid_argument) unless threads is from 1 to kMaxThreads.
void require_threads(int threads);
/// Throws Error (invalid_argument) when a command that reads bodies can't work with so little memory: less than
/// 64 MiB.
void require_memory(std::uint64_t memory_bytes);

}  // namespace s3c::base
