#include "base/clock.h"

#include "base/mutex.h"

namespace s3c::base {

Timestamp SystemClock::now() const {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

bool SystemClock::sleep_for(std::chrono::milliseconds duration, const std::stop_token& stop) {
  Mutex mutex;
  CondVar never_notified;
  const auto end = std::chrono::steady_clock::now() + duration;
  MutexLock lock(mutex);
  while (!stop.stop_requested()) {
    const auto left = end - std::chrono::steady_clock::now();
    if (left <= std::chrono::steady_clock::duration::zero()) return true;
    never_notified.wait_for(mutex, stop, left);
  }
  return false;
}

}  // namespace s3c::base
