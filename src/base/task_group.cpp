#include "base/task_group.h"

#include <utility>

namespace s3c::base {

TaskGroup::~TaskGroup() {
  stop_.request_stop();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void TaskGroup::spawn(Task task) {
  threads_.emplace_back([this, task = std::move(task)] { run(task); });
}

void TaskGroup::run(const Task& task) {
  try {
    task(stop_.get_token());
  } catch (...) {
    {
      MutexLock lock(mutex_);
      if (first_error_) return;
      first_error_ = std::current_exception();
    }
    stop_.request_stop();
    if (on_failure_) on_failure_();
  }
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
