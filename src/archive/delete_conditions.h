// What the source's store does with the condition of a delete, and what a run knows of it.
#pragma once

#include <optional>
#include <string_view>

#include "base/mutex.h"

namespace s3c::archive {

enum class DeleteConditions {
  in_batches,  ///< DeleteObjects deletes a key only while it has the ETag that is named beside it
  one_by_one,  ///< DeleteObjects ignores that ETag; DeleteObject honours If-Match
  ignored,     ///< the store ignores both
};

/// A text for people. It follows the name of the store or the bucket.
inline std::string_view describe(DeleteConditions conditions) {
  switch (conditions) {
    case DeleteConditions::in_batches:
      return "honours the condition of every delete";
    case DeleteConditions::one_by_one:
      return "ignores conditions in DeleteObjects: each object is deleted by a request of its own";
    case DeleteConditions::ignored:
      return "ignores conditions on deletes: an object that is overwritten within milliseconds of its delete "
             "can be lost";
  }
  return "";
}

/// What a run knows of the source's store; one for all groups. Any thread.
class KnownDeleteConditions {
 public:
  /// fixed: what the user says; nullopt: the run's first deletes find it out.
  explicit KnownDeleteConditions(std::optional<DeleteConditions> fixed = {}) : conditions_(fixed) {}

  std::optional<DeleteConditions> get() const S3C_EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    return conditions_;
  }
  void set(DeleteConditions found) S3C_EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    conditions_ = found;
  }
  /// True once DeleteObjects is known to ignore conditions. DeleteObject may still be unknown.
  bool not_in_batches() const S3C_EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    return not_in_batches_;
  }
  void set_not_in_batches() S3C_EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    not_in_batches_ = true;
  }

  /// nullopt: nothing was found out. If only DeleteObjects is known to ignore conditions, that counts.
  std::optional<DeleteConditions> to_report() const S3C_EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    return !conditions_ && not_in_batches_ ? DeleteConditions::ignored : conditions_;
  }

  /// Held by the one thread that finds out what the store does; the others wait for its answer.
  base::Mutex finding;

 private:
  mutable base::Mutex mutex_;
  std::optional<DeleteConditions> conditions_ S3C_GUARDED_BY(mutex_);
  bool not_in_batches_ S3C_GUARDED_BY(mutex_) = false;
};

}  // namespace s3c::archive
