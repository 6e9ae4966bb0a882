// Shows how far a run is, as long as the object lives. On a terminal it redraws the display five times per
// second; elsewhere it writes a plain line every ten seconds. The object owns the thread that does this.
#pragma once

#include <chrono>
#include <thread>

#include "cli/output/progress_view.h"
#include "cli/output/terminal.h"

namespace s3c::cli {

class ProgressDisplay {
 public:
  /// view and terminal must outlive the display. Only the display's thread calls view.
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
  std::jthread thread_;  // last: the thread uses the other members
};

}  // namespace s3c::cli
