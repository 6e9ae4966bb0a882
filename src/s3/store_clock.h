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
  /// Hears an answer that has just come. date: its Date header, nullopt if it has none. local_now: this
  /// machine's time. A date that can't be read counts as none. Each text is read once: most answers of one
  /// second cost a comparison. Returns false for the first answer without a date, if no answer had one
  /// before, so that the caller can say so once.
  bool hear(std::optional<std::string_view> date, base::Timestamp local_now) S3C_EXCLUDES(mutex_);

  /// local_now: this machine's time. The store's is never told as later than it is, but up to a second and
  /// the answer's way earlier: nothing counts as older than it is. Before the first date: local_now.
  base::Timestamp at(base::Timestamp local_now) const {
    return local_now + std::chrono::milliseconds(offset_ms_.load(std::memory_order_relaxed));
  }

 private:
  std::atomic<std::int64_t> offset_ms_{0};  // the store's clock less ours
  base::Mutex mutex_;
  std::string date_ S3C_GUARDED_BY(mutex_);  // the latest text
  bool is_known_ S3C_GUARDED_BY(mutex_) = false;
  bool was_missed_ S3C_GUARDED_BY(mutex_) = false;
};

}  // namespace s3c::s3
