// The threads that deal with what a search finds.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <utility>

#include "base/bounded_queue.h"
#include "base/task_group.h"

namespace s3c::upkeep {

/// The threads of one search; the destructor waits for them.
class GcCrew {
 public:
  using Task = std::function<void()>;

  GcCrew(int threads, const std::stop_token& stop)
      : stop_(stop), tasks_(static_cast<std::size_t>(threads) * 2), threads_([this] { tasks_.cancel(); }) {
    for (int i = 0; i < threads; ++i) {
      threads_.spawn([this](const std::stop_token&) {
        while (std::optional<Task> task = tasks_.pop()) (*task)();
      });
    }
  }
  ~GcCrew() { tasks_.cancel(); }  // otherwise threads_ would wait for ever
  GcCrew(const GcCrew&) = delete;
  GcCrew& operator=(const GcCrew&) = delete;

  /// False: the crew takes no more tasks.
  bool take(Task task) { return !stop_.stop_requested() && tasks_.push(std::move(task)); }
  /// Waits until every task that was taken is done. After a stop, tasks that have not begun are dropped.
  void finish() {
    if (stop_.stop_requested()) tasks_.cancel();
    tasks_.close();
    threads_.wait();
  }

 private:
  const std::stop_token stop_;
  base::BoundedQueue<Task> tasks_;
  base::TaskGroup threads_;  // last: they use everything above
};

}  // namespace s3c::upkeep
