// How many requests of one kind may be in flight at once, found out from the store's own answers: it says
// SlowDown when they are too many.
//
// Additive increase, multiplicative decrease, by windows: a window is as many answers as requests may be in
// flight. The limit doubles with every window until the store first refuses (or nobody has more to send).
// From then on a window with refusals takes away half their share of it, as DCTCP does with marked packets,
// and every few windows without any give one back. So near the store's limit few requests are refused, far
// above it the limit falls fast.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <utility>

#include "base/error.h"
#include "base/mutex.h"

namespace s3c::s3 {

class ConcurrencyLimit {
 public:
  enum class Answer {
    taken,      ///< anything but a refusal for load
    throttled,  ///< SlowDown and its kin
  };
  /// What a request says that failed with error.
  static Answer answer_of(const base::Error& error) {
    return error.kind() == base::ErrorKind::throttled ? Answer::throttled : Answer::taken;
  }

  /// One request that may be in flight; its place is free again with its end. Without answered() before that
  /// (it was never sent) nothing is learned from it. Any thread, one at a time.
  class Place {
   public:
    Place(Place&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(owner_, other.owner_);
      return *this;
    }
    ~Place() {
      if (owner_ != nullptr) owner_->give_back(std::nullopt);
    }
    /// The request is over. At most once.
    void answered(Answer answer) { std::exchange(owner_, nullptr)->give_back(answer); }

   private:
    friend class ConcurrencyLimit;
    explicit Place(ConcurrencyLimit& owner) : owner_(&owner) {}
    ConcurrencyLimit* owner_;
  };

  /// Waits until one more may be in flight. Any thread. Throws base::Error: cancelled when stop is requested
  /// meanwhile.
  Place acquire(const std::stop_token& stop) S3C_EXCLUDES(mutex_);
  /// Without waiting; nullopt: not now, or others were there first and wait. Any thread.
  [[nodiscard]] std::optional<Place> try_acquire() S3C_EXCLUDES(mutex_);
  /// Takes a place even if there is none: for a request that others, with places, may be waiting for. Any
  /// thread.
  Place acquire_beyond() S3C_EXCLUDES(mutex_);

  /// How many may be in flight now.
  int limit() const S3C_EXCLUDES(mutex_);
  /// How many wait in acquire() now.
  int waiting() const S3C_EXCLUDES(mutex_);

 private:
  bool take_place() S3C_REQUIRES(mutex_);
  void give_back(std::optional<Answer> answer) S3C_EXCLUDES(mutex_);
  void end_window() S3C_REQUIRES(mutex_);

  mutable base::Mutex mutex_;
  base::CondVar changed_;
  int waiting_ S3C_GUARDED_BY(mutex_) = 0;
  double limit_ S3C_GUARDED_BY(mutex_) = 32;
  int in_flight_ S3C_GUARDED_BY(mutex_) = 0;
  // of the window
  int answers_ S3C_GUARDED_BY(mutex_) = 0;
  int throttled_ S3C_GUARDED_BY(mutex_) = 0;
  bool was_full_ S3C_GUARDED_BY(mutex_) = false;  // a limit nobody reaches says nothing, and doesn't grow
  // of the run
  bool searching_ S3C_GUARDED_BY(mutex_) = true;
  int quiet_windows_ S3C_GUARDED_BY(mutex_) = 0;
};

}  // namespace s3c::s3
