// How far a command is, as text. Uses no clock and no terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "base/progress.h"

namespace s3c::cli {

/// How far a command is, as text. Called by one thread at a time.
class ProgressView {
 public:
  virtual ~ProgressView() = default;
  /// Called before each call of frame() or line(). elapsed: the time since the start, never less than in the
  /// call before.
  virtual void update(std::chrono::milliseconds elapsed) = 0;
  /// The lines for a terminal, at most max_lines.
  virtual std::vector<std::string> frame(std::size_t max_lines) const = 0;
  /// Everything on one line, for a log.
  virtual std::string line() const = 0;
};

/// The view of a command whose progress is one line.
template <typename State>
class LineView final : public ProgressView {
 public:
  /// Makes the line. elapsed: the time since the start.
  using Line = std::string (*)(const State& now, std::chrono::milliseconds elapsed);

  /// progress outlives the view.
  LineView(const base::Progress<State>& progress, Line make_line)
      : progress_(progress), make_line_(make_line) {}

  void update(std::chrono::milliseconds elapsed) override {
    now_ = progress_.snapshot();
    elapsed_ = elapsed;
  }
  std::vector<std::string> frame(std::size_t /*max_lines*/) const override { return {line()}; }
  std::string line() const override { return make_line_(now_, elapsed_); }

 private:
  const base::Progress<State>& progress_;
  const Line make_line_;
  State now_ = {};
  std::chrono::milliseconds elapsed_{0};
};

}  // namespace s3c::cli
