// What the settings of every command must keep to. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string>

namespace s3c::base {

inline constexpr int kMaxThreads = 4096;

/// Throws Error (invalid_argument) unless threads is from 1 to kMaxThreads.
void require_threads(int threads);
/// Throws Error (invalid_argument) when a command that reads bodies can't work with so little memory: less than
/// 64 MiB.
void require_memory(std::uint64_t memory_bytes);

/// bytes as a user writes a size, for messages: "80MiB", "50GiB", "1500B". The unit is the largest of which it
/// is a whole number.
std::string size_text(std::uint64_t bytes);

}  // namespace s3c::base
