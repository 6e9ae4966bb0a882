// Shows how far a run is, as long as the object lives. On a terminal it redraws the display five times per
// second; elsewhere it writes a plain line every ten seconds. The object owns the thread that does this.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "cli/output/progress_view.h"
#include "cli/output/terminal.h"

namespace s3c::cli {

/// What every command's display says beside its own progress.
struct DisplayStatus {
  bool stopping = false;  ///< the user pressed Ctrl-C
  std::uint64_t retries = 0;
};

/// Says that the run is being stopped, and that requests are tried again at present. Empty: neither.
/// retrying: there were retries in the last seconds.
std::string status_text(const DisplayStatus& status, bool retrying);

class ProgressDisplay {
 public:
  using Status = std::function<DisplayStatus()>;

  /// view and terminal must outlive the display. Only the display's thread calls view and status.
  ProgressDisplay(ProgressView& view, Terminal& terminal, Status status);
  /// Removes the display from the screen.
  ~ProgressDisplay();
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

 private:
  void run(const std::stop_token& stop);
  void redraw();
  void write_plain_line();
  std::string look_at_status();
  std::chrono::milliseconds elapsed() const;

  ProgressView& view_;
  Terminal& terminal_;
  const Status status_;
  std::uint64_t retries_ = 0;  ///< at the last look
  std::optional<std::chrono::milliseconds> retried_at_;
  const std::chrono::steady_clock::time_point start_;
  std::jthread thread_;  // last: the thread uses the other members
};

}  // namespace s3c::cli
