// Works on many inputs with several threads, and delivers the results in the order of the inputs. For a
// stream of small requests whose answers are shown one after the other. Keeps only the inputs and results in
// work.
#pragma once

#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "base/bounded_queue.h"
#include "base/mutex.h"
#include "base/task_group.h"

namespace s3c::base {

namespace internal {

/// An input, and what became of it.
template <typename In, typename Out>
class OrderedJob {
 public:
  explicit OrderedJob(In input) : in_(std::move(input)) {}

  void run(const std::function<Out(In&)>& work) {
    std::optional<Out> out;
    std::exception_ptr error;
    try {
      out.emplace(work(in_));
    } catch (...) {
      error = std::current_exception();
    }
    MutexLock lock(mutex_);
    out_ = std::move(out);
    error_ = error;
    done_ = true;
    changed_.notify_all();
  }

  /// Waits for run(). Throws what work threw.
  Out take() {
    MutexLock lock(mutex_);
    while (!done_) changed_.wait(mutex_);
    if (error_) std::rethrow_exception(error_);
    return *std::move(out_);
  }

 private:
  In in_;
  Mutex mutex_;
  CondVar changed_;
  bool done_ S3C_GUARDED_BY(mutex_) = false;
  std::optional<Out> out_ S3C_GUARDED_BY(mutex_);
  std::exception_ptr error_ S3C_GUARDED_BY(mutex_);
};

}  // namespace internal

/// Calls next() until it returns nullopt, work(input) on one of its threads, and take(result) in the order of
/// the inputs. threads: how many threads. Only the calling thread calls next and take. At most ahead * threads
/// inputs are between next and take: more keep the threads busy behind a slow one, and take more memory. The first
/// error of any of the three ends the work; it is thrown after all work has ended. Blocks.
template <typename In, typename Out>
void in_order(int threads, const std::function<std::optional<In>()>& next,
              const std::function<Out(In&)>& work, const std::function<void(Out&&)>& take, int ahead = 4) {
  using Job = internal::OrderedJob<In, Out>;
  const auto window = static_cast<std::size_t>(threads) * static_cast<std::size_t>(ahead);
  BoundedQueue<std::shared_ptr<Job>> queue(window);
  std::deque<std::shared_ptr<Job>> in_work;
  TaskGroup crew([&queue] { queue.cancel(); });
  struct Cancel {
    BoundedQueue<std::shared_ptr<Job>>& queue;
    ~Cancel() { queue.cancel(); }  // else the crew would wait for ever
  } const cancel{queue};
  for (int i = 0; i < threads; ++i) {
    crew.spawn([&](const std::stop_token&) {
      while (std::optional<std::shared_ptr<Job>> job = queue.pop()) (*job)->run(work);
    });
  }
  const auto take_first = [&] {
    const std::shared_ptr<Job> job = std::move(in_work.front());
    in_work.pop_front();
    take(job->take());
  };
  while (std::optional<In> input = next()) {
    if (in_work.size() == window) take_first();
    in_work.push_back(std::make_shared<Job>(*std::move(input)));
    static_cast<void>(queue.push(in_work.back()));  // push can't fail: nothing has closed the queue yet
  }
  queue.close();
  while (!in_work.empty()) take_first();
  crew.wait();
}

}  // namespace s3c::base
