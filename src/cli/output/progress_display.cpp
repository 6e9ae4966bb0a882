#include "cli/output/progress_display.h"

#include <algorithm>
#include <string>

#include "base/clock.h"

namespace s3c::cli {
namespace {

constexpr std::chrono::milliseconds kRedrawPeriod{200};
constexpr std::chrono::milliseconds kPlainPeriod{10'000};
constexpr std::size_t kMaxLines = 10;  // two lines of totals and eight groups

}  // namespace

ProgressDisplay::ProgressDisplay(ProgressView& view, Terminal& terminal)
    : view_(view),
      terminal_(terminal),
      start_(std::chrono::steady_clock::now()),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

ProgressDisplay::~ProgressDisplay() {
  thread_.request_stop();
  thread_.join();
  terminal_.clear();
}

void ProgressDisplay::run(const std::stop_token& stop) {
  base::SystemClock clock;
  const std::chrono::milliseconds period = terminal_.live() ? kRedrawPeriod : kPlainPeriod;
  while (clock.sleep_for(period, stop)) {
    if (terminal_.live()) {
      redraw();
    } else {
      write_plain_line();
    }
  }
}

void ProgressDisplay::redraw() {
  view_.update(elapsed());
  // One row stays free for the line above the display. Otherwise the display would scroll the screen itself.
  const std::size_t rows = static_cast<std::size_t>(std::max(terminal_.size().rows - 1, 1));
  terminal_.show(view_.frame(std::min(rows, kMaxLines)));
}

void ProgressDisplay::write_plain_line() {
  view_.update(elapsed());
  terminal_.write_line("s3compress: " + view_.line());
}

std::chrono::milliseconds ProgressDisplay::elapsed() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start_);
}

}  // namespace s3c::cli
