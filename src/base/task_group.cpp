#include "base/task_group.h"

#include <system_error>
#include <utility>

#include "base/error.h"

namespace s3c::base {

TaskGroup::~TaskGroup() {
  stop_.request_stop();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void TaskGroup::spawn(Task task) {
  try {
    threads_.emplace_back([this, task = std::move(task)] { run(task); });
  } catch (const std::system_error& error) {
    // Fail the whole group: running tasks may wait for work that only this task would have done.
    const Error failure = error_of(error);
    fail(std::make_exception_ptr(failure));
    throw failure;
  }
}

void TaskGroup::run(const Task& task) {
  try {
    task(stop_.get_token());
  } catch (...) {
    fail(std::current_exception());
  }
}

void TaskGroup::fail(std::exception_ptr error) {
  {
    MutexLock lock(mutex_);
    if (first_error_) return;
    first_error_ = std::move(error);
  }
  stop_.request_stop();
  if (on_failure_) on_failure_();
}

void TaskGroup::wait() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  std::exception_ptr error;
  {
    MutexLock lock(mutex_);
    error = std::exchange(first_error_, nullptr);
  }
  if (error) std::rethrow_exception(error);
}

}  // namespace s3c::base
