// Full-jitter exponential back-off: the n-th wait, from 0, is uniform in [0, min(cap, base * 2^n)]. So
// clients that failed together don't retry together. Source: AWS Architecture Blog, "Exponential Backoff and
// Jitter".
#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace s3c::base {

struct Backoff {
  std::chrono::milliseconds base{100};
  std::chrono::milliseconds cap{20'000};

  /// failures: how many attempts have failed so far, at least 1.
  template <typename Generator>
  std::chrono::milliseconds delay(int failures, Generator& random) const {
    const int doublings = std::min(failures - 1, 30);
    const auto ceiling = std::min<std::chrono::milliseconds::rep>(cap.count(), base.count() << doublings);
    return std::chrono::milliseconds{
        std::uniform_int_distribution<std::chrono::milliseconds::rep>(0, ceiling)(random)};
  }
};

}  // namespace s3c::base
