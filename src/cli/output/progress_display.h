// Shows how far a run is, for as long as it lives: redrawn five times a second on a terminal, a plain line
// every ten seconds elsewhere. Owns the thread that does it.
#pragma once

#include <chrono>
#include <thread>

#include "cli/output/progress_view.h"
#include "cli/output/terminal.h"

namespace s3c::cli {

class ProgressDisplay {
 public:
  /// view and terminal outlive the display, which is the only one to ask view.
  ProgressDisplay(ProgressView& view, Terminal& terminal);
  /// Removes the display from the screen.
  ~ProgressDisplay();
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

 private:
  void run(const std::stop_token& stop);
  void redraw();
  void write_plain_line();
  std::chrono::milliseconds elapsed() const;

  ProgressView& view_;
  Terminal& terminal_;
  const std::chrono::steady_clock::time_point start_;
  std::jthread thread_;  // last: starts when all else is there
};

}  // namespace s3c::cli
