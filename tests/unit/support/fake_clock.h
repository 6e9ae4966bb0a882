// A clock for tests that mustn't wait.
#pragma once

#include <chrono>
#include <functional>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"

namespace s3c::support {

/// Sleeps at no cost: its time moves on instead. Any thread; during_sleep is set before other threads start.
class FakeClock final : public base::Clock {
 public:
  explicit FakeClock(base::Timestamp start = *base::parse_iso8601("2026-08-01T00:00:00Z")) : now_(start) {}

  base::Timestamp now() const override {
    base::MutexLock lock(mutex_);
    return now_;
  }
  bool sleep_for(std::chrono::milliseconds duration, const std::stop_token& stop) override {
    {
      base::MutexLock lock(mutex_);
      now_ += duration;
      slept_.push_back(duration);
    }
    if (during_sleep) std::exchange(during_sleep, {})();
    const bool whole = !stop.stop_requested();
    base::MutexLock lock(mutex_);
    was_woken_ = !whole;
    return whole;
  }

  /// The lengths of all sleeps so far, also of those that a stop ended.
  std::vector<std::chrono::milliseconds> slept() const {
    base::MutexLock lock(mutex_);
    return slept_;
  }
  /// Whether the stop token of the latest sleep ended it.
  bool was_woken() const {
    base::MutexLock lock(mutex_);
    return was_woken_;
  }
  void move(std::chrono::milliseconds by) {
    base::MutexLock lock(mutex_);
    now_ += by;
  }
  void set(base::Timestamp now) {
    base::MutexLock lock(mutex_);
    now_ = now;
  }

  std::function<void()> during_sleep;  ///< called once, in the next sleep

 private:
  mutable base::Mutex mutex_;
  base::Timestamp now_ S3C_GUARDED_BY(mutex_);
  std::vector<std::chrono::milliseconds> slept_ S3C_GUARDED_BY(mutex_);
  bool was_woken_ S3C_GUARDED_BY(mutex_) = false;
};

}  // namespace s3c::support
