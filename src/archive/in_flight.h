// The bound on objects in flight, wherever they are: in a loop that fetches them, waiting for a packing
// thread or with one. Any thread.
#pragma once

#include <optional>
#include <utility>

#include "base/mutex.h"

namespace s3c::archive {

class InFlight {
 public:
  /// count: at least 1.
  explicit InFlight(int count) : free_(count) {}
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

  /// One object's place; given back on destruction.
  class Place {
   public:
    Place(Place&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(owner_, other.owner_);
      return *this;
    }
    ~Place() {
      if (owner_ != nullptr) owner_->give_back();
    }

   private:
    friend class InFlight;
    explicit Place(InFlight& owner) : owner_(&owner) {}
    InFlight* owner_;
  };

  /// Waits for a free one.
  Place take() S3C_EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    while (free_ == 0) returned_.wait(mutex_);
    --free_;
    return Place(*this);
  }
  /// Without waiting; nullopt: there is none now.
  std::optional<Place> try_take() S3C_EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    if (free_ == 0) return std::nullopt;
    --free_;
    return Place(*this);
  }

 private:
  void give_back() S3C_EXCLUDES(mutex_) {
    {
      base::MutexLock lock(mutex_);
      ++free_;
    }
    returned_.notify_one();
  }

  base::Mutex mutex_;
  base::CondVar returned_;
  int free_ S3C_GUARDED_BY(mutex_);
};

}  // namespace s3c::archive
