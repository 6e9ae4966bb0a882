// How many requests a run sent in each moment, and how often the store asked to slow down: for the report's chart.
// A value; it doesn't grow with the run.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace s3c::cli {

class RunHistory {
 public:
  /// When there would be more points, two of them become one.
  static constexpr std::size_t kMostPoints = 240;

  struct Point {
    std::uint64_t requests = 0;
    std::uint64_t throttled = 0;  ///< answers by which the store asked to slow down
    std::uint64_t retries = 0;
  };

  /// total: since the start. elapsed: since the start, never less than in the call before.
  void add(std::chrono::milliseconds elapsed, const Point& total);

  /// What happened in each step. The last one may be shorter.
  const std::vector<Point>& points() const { return points_; }
  std::chrono::milliseconds step() const { return step_; }
  std::chrono::milliseconds elapsed() const { return elapsed_; }
  const Point& total() const { return total_; }

 private:
  void double_step();

  std::chrono::milliseconds step_{1000};
  std::chrono::milliseconds elapsed_{0};
  Point total_;
  std::vector<Point> points_;
};

}  // namespace s3c::cli
