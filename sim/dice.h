// Random numbers that are the same in every run and on every machine. Pure functions and values.
#pragma once

#include <cstdint>
#include <string_view>

namespace s3c::sim {

/// A generator of random numbers (SplitMix64).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t value = state_;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
    return value ^ (value >> 31);
  }
  /// From 0 to below 1.
  double next_fraction() { return static_cast<double>(next() >> 11) / static_cast<double>(1ULL << 53); }
  /// From 0 to below limit.
  std::uint64_t below(std::uint64_t limit) { return next() % limit; }

 private:
  std::uint64_t state_;
};

/// FNV-1a.
inline std::uint64_t hash_of(std::string_view text) {
  std::uint64_t value = 0xCBF29CE484222325ULL;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return value;
}

}  // namespace s3c::sim
