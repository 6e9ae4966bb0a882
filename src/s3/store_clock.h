// The store's clock, as the Date headers of its answers tell it. Any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "base/time.h"

namespace s3c::s3 {

class StoreClock {
 public:
  /// Takes the time from an answer that has just come. date: its Date header, nullopt if it has none.
  /// local_now: this machine's time. A malformed date counts as none. A date text equal to the last one isn't
  /// parsed again, so most answers within one second cost only a comparison. Returns false for the first
  /// answer without a date, if no answer had one before: the caller can then warn, once.
  bool hear(std::optional<std::string_view> date, base::Timestamp local_now) S3C_EXCLUDES(mutex_);

  /// The store's time. local_now: this machine's time. The result is never later than the store's true time,
  /// but up to a second plus the answer's travel time earlier. So nothing is taken for older than it is.
  /// Before the first date: local_now.
  base::Timestamp at(base::Timestamp local_now) const {
    return local_now + std::chrono::milliseconds(offset_ms_.load(std::memory_order_relaxed));
  }

 private:
  std::atomic<std::int64_t> offset_ms_{0};  // the store's clock minus ours
  base::Mutex mutex_;
  std::string date_ S3C_GUARDED_BY(mutex_);  // the latest text
  bool is_known_ S3C_GUARDED_BY(mutex_) = false;
  bool was_missed_ S3C_GUARDED_BY(mutex_) = false;
};

}  // namespace s3c::s3
