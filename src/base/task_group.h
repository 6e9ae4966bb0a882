// Threads that live and fail together. The group owns them, keeps the first error, asks the others to stop,
// and rethrows from wait(). Nothing is logged and swallowed. spawn() and wait(): the owner's thread only.
#pragma once

#include <exception>
#include <functional>
#include <stop_token>
#include <thread>
#include <vector>

#include "base/mutex.h"

namespace s3c::base {

class TaskGroup {
 public:
  using Task = std::function<void(std::stop_token)>;

  /// on_failure is called once, from the failing task's thread, right after its error was kept: the place to
  /// cancel the queues that other tasks wait on.
  explicit TaskGroup(std::function<void()> on_failure = {}) : on_failure_(std::move(on_failure)) {}
  /// Asks every task to stop and waits for them; an error that wait() never fetched is dropped.
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Runs task on a thread of its own; its token is stopped when another task fails or request_stop() is
  /// called. Throws Error transient when the system has no thread left: the group has failed then, as if the
  /// task had.
  void spawn(Task task);
  void request_stop() { stop_.request_stop(); }
  std::stop_token stop_token() const { return stop_.get_token(); }

  /// Waits for every task; throws the first error any of them threw.
  void wait();

 private:
  void run(const Task& task) S3C_EXCLUDES(mutex_);
  void fail(std::exception_ptr error) S3C_EXCLUDES(mutex_);

  std::function<void()> on_failure_;
  std::stop_source stop_;
  std::vector<std::thread> threads_;
  Mutex mutex_;
  std::exception_ptr first_error_ S3C_GUARDED_BY(mutex_);
};

}  // namespace s3c::base
