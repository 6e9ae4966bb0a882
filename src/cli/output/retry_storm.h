// Whether so many requests have to be sent again that a person should know. Uses no clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>

namespace s3c::cli {

/// A storm: within ten seconds at least three tries failed, and at least a tenth of all. One thread at a time.
class RetryStorm {
 public:
  static constexpr std::chrono::seconds kWindow{10};
  static constexpr std::uint64_t kLeastFailures = 3;

  enum class Change { none, began, ended };

  /// The counts since the start, at this moment. elapsed and the counts are never less than in the call before.
  Change add(std::chrono::milliseconds elapsed, std::uint64_t requests, std::uint64_t failed_tries);
  bool blows() const { return blows_; }
  /// Within the window, at the last call.
  std::uint64_t requests() const { return samples_.back().requests - samples_.front().requests; }
  std::uint64_t failed_tries() const { return samples_.back().failed_tries - samples_.front().failed_tries; }

 private:
  struct Sample {
    std::chrono::milliseconds elapsed{0};
    std::uint64_t requests = 0;
    std::uint64_t failed_tries = 0;
  };
  std::deque<Sample> samples_{Sample{}};
  bool blows_ = false;
};

}  // namespace s3c::cli
