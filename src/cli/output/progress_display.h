// Shows how far a run is, as long as the object lives. On a terminal it redraws the display five times per
// second; elsewhere it writes a plain line every thirty seconds, and at once when the store begins to fail or the run
// is being stopped. The object owns the thread that does this.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cli/output/progress_view.h"
#include "cli/output/terminal.h"

namespace s3c::cli {

/// What every command's display says beside its own progress.
struct DisplayStatus {
  bool stopping = false;  ///< the user pressed Ctrl-C
  std::map<std::string, std::uint64_t>
      in_flight{};                 ///< requests without an answer yet, by S3's name of the call
  std::uint64_t retries = 0;       ///< requests sent because an earlier one failed
  std::uint64_t throttled = 0;     ///< answers by which the store asked to slow down
  std::uint64_t failed_tries = 0;  ///< after which a request is tried again
  std::string last_failure{};      ///< the last of these: "GetObject: 503 SlowDown: ..."
};

/// "12 requests in flight", "85 tried again", "80 throttled"
std::vector<std::string> request_words(const DisplayStatus& status);
/// Says that the run is being stopped and what it still waits for, and what is tried again at present. Empty:
/// neither. retrying: tries failed in the last seconds.
std::vector<std::string> status_words(const DisplayStatus& status, bool retrying);

/// The lines of a display: the status on top, then the totals, the requests, and what is in work. At most rows
/// lines, for that many columns.
std::vector<std::string> display_frame(const ProgressView& view, const DisplayStatus& status, bool retrying,
                                       std::size_t rows, std::size_t columns);

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
  /// Takes a new status, and notices retries.
  void look();
  bool is_retrying() const;
  std::chrono::milliseconds elapsed() const;

  ProgressView& view_;
  Terminal& terminal_;
  const Status status_;
  DisplayStatus now_;  ///< at the last look
  std::optional<std::chrono::milliseconds> retried_at_;
  const std::chrono::steady_clock::time_point start_;
  std::jthread thread_;  // last: the thread uses the other members
};

/// When a plain line is due: every thirty seconds, and at once when the state gets worse.
class PlainLines {
 public:
  static constexpr std::chrono::seconds kPeriod{30};

  bool is_due(std::chrono::milliseconds elapsed, bool retrying, bool stopping);

 private:
  std::chrono::milliseconds last_{0};
  bool retrying_ = false;
  bool stopping_ = false;
};

}  // namespace s3c::cli
