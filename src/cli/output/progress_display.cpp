#include "cli/output/progress_display.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "cli/output/format.h"
#include "cli/signals.h"

namespace s3c::cli {
namespace {

constexpr std::chrono::milliseconds kRedrawPeriod{200};
constexpr std::chrono::milliseconds kPlainPeriod{10'000};
constexpr std::size_t kMaxLines = 10;  // two lines of totals and eight groups

}  // namespace

std::string status_text(const DisplayStatus& status, bool retrying) {
  std::string text;
  if (status.stopping) text = kFinishing;
  if (retrying) {
    text += fmt::format("{}the store fails, gives no answer or asks to slow down: {} so far",
                        text.empty() ? "" : "; ", format_count(status.retries, "retry", "retries"));
  }
  return text;
}

ProgressDisplay::ProgressDisplay(ProgressView& view, Terminal& terminal, Status status)
    : view_(view),
      terminal_(terminal),
      status_(std::move(status)),
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
  const std::string status = look_at_status();
  std::vector<std::string> frame =
      view_.frame(std::min(rows, kMaxLines) - (status.empty() || rows < 2 ? 0 : 1));
  if (!status.empty()) frame.insert(frame.begin(), status);
  terminal_.show(frame);
}

void ProgressDisplay::write_plain_line() {
  view_.update(elapsed());
  const std::string status = look_at_status();
  terminal_.write_line("s3compress: " + view_.line() + (status.empty() ? "" : "; " + status));
}

std::string ProgressDisplay::look_at_status() {
  constexpr std::chrono::seconds kRecent{12};  // longer than the period of plain lines
  const DisplayStatus status = status_();
  if (status.retries > retries_) retried_at_ = elapsed();
  retries_ = status.retries;
  return status_text(status, retried_at_ && elapsed() - *retried_at_ < kRecent);
}

std::chrono::milliseconds ProgressDisplay::elapsed() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start_);
}

}  // namespace s3c::cli
