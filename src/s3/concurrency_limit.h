// How many requests of one kind may be in flight at once. The limit is learned from the store's answers: the
// store answers SlowDown when there are too many.
//
// Additive increase, multiplicative decrease, by windows: a window is as many answers as requests may be in
// flight. The limit doubles with every window until the store first refuses, or until the program has fewer
// requests to send than the limit allows. From then on, a window with refusals lowers the limit by half the
// share of refused requests, as DCTCP does with marked packets. After every few windows without a refusal the
// limit rises by one. So few requests are refused near the store's limit, and far above it the limit falls
// fast.
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
  /// The answer that error stands for.
  static Answer answer_of(const base::Error& error) {
    return error.kind() == base::ErrorKind::throttled ? Answer::throttled : Answer::taken;
  }

  /// One request that may be in flight. The place becomes free when this object ends. If answered() was not
  /// called (the request was never sent), the limit learns nothing from it. Any thread, one at a time.
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

  /// Waits until one more request may be in flight. Any thread. Throws base::Error: cancelled when stop is
  /// requested meanwhile. hurry: once it is requested, nobody waits: the few requests that are still to come
  /// would otherwise go one after the other, however long each of them takes.
  Place acquire(const std::stop_token& stop, const std::stop_token& hurry = {}) S3C_EXCLUDES(mutex_);
  /// Doesn't wait. nullopt: no place is free, or acquire() has waiting callers, which come first. Any thread.
  [[nodiscard]] std::optional<Place> try_acquire() S3C_EXCLUDES(mutex_);
  /// Takes a place even if none is free, for a request that holders of places may be waiting for. Any thread.
  Place acquire_beyond() S3C_EXCLUDES(mutex_);

  /// How many requests may be in flight now.
  int limit() const S3C_EXCLUDES(mutex_);
  /// How many callers wait in acquire() now.
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
  bool was_full_ S3C_GUARDED_BY(mutex_) = false;  // a limit that is never reached doesn't grow
  // of the run
  bool searching_ S3C_GUARDED_BY(mutex_) = true;
  int quiet_windows_ S3C_GUARDED_BY(mutex_) = 0;
};

}  // namespace s3c::s3
