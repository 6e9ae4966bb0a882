// std::mutex and std::condition_variable_any with Clang's thread-safety annotations. With them, touching
// guarded state without its lock is a compile error in the "clang" preset. Other compilers see the plain
// types.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

#if defined(__clang__)
#define S3C_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define S3C_THREAD_ANNOTATION(x)
#endif

#define S3C_GUARDED_BY(mutex) S3C_THREAD_ANNOTATION(guarded_by(mutex))
#define S3C_REQUIRES(...) S3C_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define S3C_EXCLUDES(...) S3C_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))

namespace s3c::base {

class S3C_THREAD_ANNOTATION(capability("mutex")) Mutex {
 public:
  void lock() S3C_THREAD_ANNOTATION(acquire_capability()) { mutex_.lock(); }
  void unlock() S3C_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

/// Holds a Mutex for its own lifetime.
class S3C_THREAD_ANNOTATION(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) S3C_THREAD_ANNOTATION(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() S3C_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

/// Waits on a Mutex that the caller holds. A wait may wake without a notify: loop around it.
class CondVar {
 public:
  void wait(Mutex& mutex) S3C_REQUIRES(mutex) { condition_.wait(mutex); }

  /// Also returns when stop is requested.
  void wait(Mutex& mutex, const std::stop_token& stop) S3C_REQUIRES(mutex) {
    bool woken = false;
    condition_.wait(mutex, stop, [&woken] { return std::exchange(woken, true); });
  }

  /// Also returns when stop is requested or the time is over.
  template <typename Rep, typename Period>
  void wait_for(Mutex& mutex, const std::stop_token& stop, std::chrono::duration<Rep, Period> time)
      S3C_REQUIRES(mutex) {
    bool woken = false;
    condition_.wait_for(mutex, stop, time, [&woken] { return std::exchange(woken, true); });
  }

  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

 private:
  std::condition_variable_any condition_;
};

}  // namespace s3c::base
