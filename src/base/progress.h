// How far a run has come, for the display: the one shape that the progress of every command has.
#pragma once

#include <cstdint>

#include "base/mutex.h"

namespace s3c::base {

/// The run changes the state, and the display takes snapshots of it. State: what a command counts, a struct
/// that can be copied. A change takes one lock and allocates nothing: cheap enough for one change per object. Any
/// thread.
template <typename State>
class Progress {
 public:
  State snapshot() const S3C_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return state_;
  }
  /// Calls change with the state, under the lock.
  template <typename Change>
  void update(Change change) S3C_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    change(state_);
  }
  void add(std::uint64_t State::*count, std::uint64_t n = 1) {
    update([&](State& state) { state.*count += n; });
  }
  void set(std::uint64_t State::*count, std::uint64_t n) {
    update([&](State& state) { state.*count = n; });
  }

 private:
  mutable Mutex mutex_;
  State state_ S3C_GUARDED_BY(mutex_) = {};
};

}  // namespace s3c::base
