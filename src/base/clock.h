// Time as an object that can be passed in, so that tests don't sleep. Implementations are safe from any
// thread.
#pragma once

#include <chrono>
#include <stop_token>

#include "base/time.h"

namespace s3c::base {

class Clock {
 public:
  virtual ~Clock() = default;

  /// Wall-clock time, UTC.
  virtual Timestamp now() const = 0;
  /// Sleeps for duration, or until stop is requested. True if the whole duration passed.
  virtual bool sleep_for(std::chrono::milliseconds duration, const std::stop_token& stop) = 0;
};

class SystemClock final : public Clock {
 public:
  Timestamp now() const override;
  bool sleep_for(std::chrono::milliseconds duration, const std::stop_token& stop) override;
};

}  // namespace s3c::base
