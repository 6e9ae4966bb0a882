// Threads that live and fail together. The group owns them, keeps the first error, asks the others to stop,
// and rethrows the error from wait(). No error is only logged. Only the owner's thread calls spawn() and
// wait().
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

  /// on_failure is called once, on the thread of the failing task, right after its error was kept. Use it to
  /// cancel the queues that other tasks wait on.
  explicit TaskGroup(std::function<void()> on_failure = {}) : on_failure_(std::move(on_failure)) {}
  /// Asks every task to stop and waits for them. An error that wait() never threw is dropped.
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Runs task on a thread of its own. The task's token is stopped when another task fails or request_stop()
  /// is called. Throws Error: transient when the system has no thread left; the group has then failed, as if
  /// the task had failed.
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
