// A bound on how many operations run at once: each takes a slot and gives it back when it is done. Any
// thread.
#pragma once

#include <optional>
#include <stop_token>
#include <utility>

#include "base/error.h"
#include "base/mutex.h"

namespace s3c::base {

class Slots {
 public:
  /// count: at least 1.
  explicit Slots(int count) : count_(count), free_(count) {}
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;

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
    friend class Slots;
    explicit Slot(Slots& owner) : owner_(&owner) {}
    void give_back() {
      if (owner_ != nullptr) std::exchange(owner_, nullptr)->release();
    }
    Slots* owner_ = nullptr;
  };

  int count() const { return count_; }
  /// How many are taken now.
  int taken() const S3C_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return count_ - free_;
  }

  /// Waits for a free slot. Throws Error: cancelled when stop is requested.
  Slot acquire(const std::stop_token& stop = {}) S3C_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    while (free_ == 0) {
      if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "stopped while waiting for a free slot");
      released_.wait(mutex_, stop);
    }
    --free_;
    return Slot(*this);
  }
  /// Doesn't wait. nullopt: no slot is free now.
  std::optional<Slot> try_acquire() S3C_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (free_ == 0) return std::nullopt;
    --free_;
    return Slot(*this);
  }

 private:
  void release() S3C_EXCLUDES(mutex_) {
    {
      MutexLock lock(mutex_);
      ++free_;
    }
    released_.notify_one();
  }

  const int count_;
  mutable Mutex mutex_;
  CondVar released_;
  int free_ S3C_GUARDED_BY(mutex_);
};

}  // namespace s3c::base
