// How far a command is, as text. Uses no clock and no terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "base/progress.h"
#include "cli/output/speed.h"

namespace s3c::cli {

/// How far a command is, as text. Called by one thread at a time.
class ProgressView {
 public:
  virtual ~ProgressView() = default;
  /// Called before each call of the other methods. elapsed: the time since the start, never less than in the call
  /// before. stopping: the user pressed Ctrl-C, so what isn't begun yet won't be.
  virtual void update(std::chrono::milliseconds elapsed, bool stopping) = 0;
  /// The whole command in a few words each: "3 of 31 groups", "12 s".
  virtual std::vector<std::string> totals() const = 0;
  /// A line for each thing in work, at most max_lines, made for columns.
  virtual std::vector<std::string> details(std::size_t /*max_lines*/, std::size_t /*columns*/) const {
    return {};
  }
};

/// words joined by commas, in as many lines of that width as they need. A word that is wider has a line of its
/// own.
std::vector<std::string> wrapped(const std::vector<std::string>& words, std::size_t columns);

/// The last words of totals(): how long it has worked, and how long it will. left: nullopt: not known.
void add_times(std::vector<std::string>& words, std::chrono::milliseconds elapsed,
               const std::optional<std::chrono::milliseconds>& left);

/// What the words of a command are made from, beside its own counts.
struct Pace {
  std::chrono::milliseconds elapsed{0};
  bool stopping = false;
  Speed now;       ///< of the last seconds
  Speed forecast;  ///< of the last minute: for the time that is left
};

/// The view of a command without details.
template <typename State>
class CountsView final : public ProgressView {
 public:
  /// What is done so far.
  using Done = Work (*)(const State& now);
  using Totals = std::vector<std::string> (*)(const State& now, const Pace& pace);

  /// progress outlives the view.
  CountsView(const base::Progress<State>& progress, Done done, Totals make_totals)
      : progress_(progress), done_(done), totals_(make_totals) {}

  void update(std::chrono::milliseconds elapsed, bool stopping) override {
    now_ = progress_.snapshot();
    const Work done = done_(now_);
    shown_.add(elapsed, done);
    forecast_.add(elapsed, done);
    pace_ = {elapsed, stopping, shown_.speed(), forecast_.speed()};
  }
  std::vector<std::string> totals() const override { return totals_(now_, pace_); }

 private:
  const base::Progress<State>& progress_;
  const Done done_;
  const Totals totals_;
  State now_ = {};
  Pace pace_;
  SpeedMeter shown_{kShownWindow};
  SpeedMeter forecast_{kForecastWindow};
};

}  // namespace s3c::cli
