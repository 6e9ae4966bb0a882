// The bound on uploads in flight, shared by all multipart uploads of a run. A slot is held only by a part
// that is being uploaded or about to be, never by one that is being filled: so slots always come free again,
// and memory is at most (open uploads + slots) times the part size. Any thread.
#pragma once

#include <stop_token>
#include <utility>

#include "base/error.h"
#include "base/mutex.h"

namespace s3c::s3 {

class UploadSlots {
 public:
  /// count: at least 1.
  explicit UploadSlots(int count) : free_(count), count_(count) {}
  UploadSlots(const UploadSlots&) = delete;
  UploadSlots& operator=(const UploadSlots&) = delete;

  /// One slot; given back on destruction.
  class Slot {
   public:
    Slot() = default;
    Slot(Slot&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
    Slot& operator=(Slot&& other) noexcept {
      if (this != &other) {
        give_back();
        owner_ = std::exchange(other.owner_, nullptr);
      }
      return *this;
    }
    ~Slot() { give_back(); }

   private:
    friend class UploadSlots;
    explicit Slot(UploadSlots& owner) : owner_(&owner) {}
    void give_back() {
      if (owner_ != nullptr) std::exchange(owner_, nullptr)->release();
    }
    UploadSlots* owner_ = nullptr;
  };

  int count() const { return count_; }

  /// Waits for a free slot. Throws Error: cancelled when stop is requested.
  Slot acquire(const std::stop_token& stop) S3C_EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    while (free_ == 0) {
      if (stop.stop_requested())
        throw base::Error(base::ErrorKind::cancelled, "stopped while waiting to upload");
      released_.wait(mutex_, stop);
    }
    --free_;
    return Slot(*this);
  }

 private:
  void release() S3C_EXCLUDES(mutex_) {
    {
      base::MutexLock lock(mutex_);
      ++free_;
    }
    released_.notify_one();
  }

  base::Mutex mutex_;
  base::CondVar released_;
  int free_ S3C_GUARDED_BY(mutex_);
  const int count_;
};

}  // namespace s3c::s3
