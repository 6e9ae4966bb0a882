#include "archive/at_once.h"

#include <algorithm>
#include <atomic>

#include "base/task_group.h"

namespace s3c::archive {
namespace {

/// Requests in flight, for each of a volume's deleting threads.
constexpr std::size_t kAtOnce = 8;

}  // namespace

void for_each_at_once(std::size_t count, const std::function<void(std::size_t)>& act) {
  std::atomic<std::size_t> next{0};
  base::TaskGroup threads;
  for (std::size_t i = 0; i < std::min(kAtOnce, count); ++i) {
    threads.spawn([&](const std::stop_token& stop) {
      for (std::size_t at = next++; at < count && !stop.stop_requested(); at = next++) act(at);
    });
  }
  threads.wait();
}

}  // namespace s3c::archive
