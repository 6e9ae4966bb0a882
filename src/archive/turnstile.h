// Lets one group at a time admit its objects, in order of arrival. So a large group fills the pipeline alone,
// and only its index grows. Small groups follow each other without a gap. Any thread.
#pragma once

#include <cstdint>

#include "base/mutex.h"

namespace s3c::archive {

class Turnstile {
 public:
  /// A turn. The next turn begins when this one is destroyed.
  class Turn {
   public:
    explicit Turn(Turnstile& turnstile) : turnstile_(turnstile) { turnstile_.enter(); }
    ~Turn() { turnstile_.leave(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Turnstile& turnstile_;
  };

 private:
  void enter() S3C_EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    const std::uint64_t ticket = next_ticket_++;
    while (ticket != now_serving_) turned_.wait(mutex_);
  }
  void leave() S3C_EXCLUDES(mutex_) {
    {
      base::MutexLock lock(mutex_);
      ++now_serving_;
    }
    turned_.notify_all();
  }

  base::Mutex mutex_;
  base::CondVar turned_;
  std::uint64_t next_ticket_ S3C_GUARDED_BY(mutex_) = 0;
  std::uint64_t now_serving_ S3C_GUARDED_BY(mutex_) = 0;
};

}  // namespace s3c::archive
