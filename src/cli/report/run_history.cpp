#include "cli/report/run_history.h"

namespace s3c::cli {
namespace {

void add_point(RunHistory::Point& sum, const RunHistory::Point& more) {
  sum.requests += more.requests;
  sum.throttled += more.throttled;
  sum.retries += more.retries;
}

/// Counts are read while they change, so one may be behind for a moment.
std::uint64_t grown(std::uint64_t now, std::uint64_t before) {
  return now > before ? now - before : 0;
}

}  // namespace

void RunHistory::add(std::chrono::milliseconds elapsed, const Point& total) {
  // What is counted at the end of a second happened within it.
  const auto index = [&] {
    return static_cast<std::size_t>((elapsed.count() + step_.count() / 2) / step_.count());
  };
  while (index() > kMostPoints) double_step();
  const std::size_t at = index() == 0 ? 0 : index() - 1;
  if (points_.size() <= at) points_.resize(at + 1);
  add_point(points_[at], {grown(total.requests, total_.requests), grown(total.throttled, total_.throttled),
                          grown(total.retries, total_.retries)});
  elapsed_ = elapsed;
  total_ = total;
}

void RunHistory::double_step() {
  std::vector<Point> joined((points_.size() + 1) / 2);
  for (std::size_t i = 0; i < points_.size(); ++i) add_point(joined[i / 2], points_[i]);
  points_ = std::move(joined);
  step_ *= 2;
}

}  // namespace s3c::cli
