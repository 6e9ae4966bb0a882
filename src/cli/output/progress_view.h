// How far a command is, as text. Uses no clock and no terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

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

/// The view of a command whose progress is one line. A function makes the line from the time since the start.
class LineView final : public ProgressView {
 public:
  using Line = std::function<std::string(std::chrono::milliseconds elapsed)>;

  explicit LineView(Line line) : line_(std::move(line)) {}
  void update(std::chrono::milliseconds elapsed) override { elapsed_ = elapsed; }
  std::vector<std::string> frame(std::size_t /*max_lines*/) const override { return {line()}; }
  std::string line() const override { return line_(elapsed_); }

 private:
  const Line line_;
  std::chrono::milliseconds elapsed_{0};
};

}  // namespace s3c::cli
