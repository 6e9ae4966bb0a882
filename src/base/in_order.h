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

/// Calls next() until it returns nullopt, work(input) on one of its threads, and take(result) in the order of
/// the inputs. threads: how many threads. Only the calling thread calls next and take. At most 4 * threads
/// inputs are between next and take. The first error of any of the three ends the work; it is thrown after
/// all work has ended. Blocks.
template <typename In, typename Out>
void in_order(int threads, const std::function<std::optional<In>()>& next,
              const std::function<Out(In&)>& work, const std::function<void(Out&&)>& take) {
  struct Job {
    explicit Job(In input) : in(std::move(input)) {}
    In in;
    Mutex mutex;
    CondVar changed;
    bool done S3C_GUARDED_BY(mutex) = false;
    std::optional<Out> out S3C_GUARDED_BY(mutex);
    std::exception_ptr error S3C_GUARDED_BY(mutex);
  };
  const std::size_t window = static_cast<std::size_t>(threads) * 4;
  BoundedQueue<std::shared_ptr<Job>> queue(window);
  std::deque<std::shared_ptr<Job>> in_work;
  TaskGroup crew([&queue] { queue.cancel(); });
  struct Cancel {
    BoundedQueue<std::shared_ptr<Job>>& queue;
    ~Cancel() { queue.cancel(); }  // else the crew would wait for ever
  } const cancel{queue};
  for (int i = 0; i < threads; ++i) {
    crew.spawn([&](const std::stop_token&) {
      while (std::optional<std::shared_ptr<Job>> job = queue.pop()) {
        std::optional<Out> out;
        std::exception_ptr error;
        try {
          out.emplace(work((*job)->in));
        } catch (...) {
          error = std::current_exception();
        }
        MutexLock lock((*job)->mutex);
        (*job)->out = std::move(out);
        (*job)->error = error;
        (*job)->done = true;
        (*job)->changed.notify_all();
      }
    });
  }
  const auto take_first = [&] {
    const std::shared_ptr<Job> job = std::move(in_work.front());
    in_work.pop_front();
    std::optional<Out> out;
    {
      MutexLock lock(job->mutex);
      while (!job->done) job->changed.wait(job->mutex);
      if (job->error) std::rethrow_exception(job->error);
      out = std::move(job->out);
    }
    take(*std::move(out));
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
