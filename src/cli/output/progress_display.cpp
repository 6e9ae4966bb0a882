#include "cli/output/progress_display.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "cli/output/format.h"
#include "cli/signals.h"

namespace s3c::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kRedrawPeriod{200};
constexpr milliseconds kPlainLook{1000};
/// Waits between two tries are twenty seconds at most.
constexpr std::chrono::seconds kRecent{22};
constexpr std::size_t kMaxDetails = 8;

}  // namespace

std::vector<std::string> request_words(const DisplayStatus& status) {
  std::uint64_t in_flight = 0;
  for (const auto& [operation, count] : status.in_flight) in_flight += count;
  std::vector<std::string> words = {format_count(in_flight, "request", "requests") + " in flight"};
  if (status.retries > 0) words.push_back(format_count(status.retries) + " tried again");
  if (status.throttled > 0) words.push_back(format_count(status.throttled) + " throttled by the store");
  return words;
}

std::vector<std::string> status_words(const DisplayStatus& status, bool retrying) {
  std::vector<std::string> words;
  if (status.stopping) {
    std::vector<std::string> waits;
    for (const auto& [operation, count] : status.in_flight)
      waits.push_back(fmt::format("{} {}", format_count(count), operation));
    words.push_back(waits.empty() ? "stopping: finishes what is begun"
                                  : fmt::format("stopping: waits for {}", fmt::join(waits, ", ")));
    words.emplace_back("press Ctrl-C again to leave now");
  }
  if (retrying) {
    words.push_back("trying again: " + status.last_failure);
    words.push_back(format_count(status.failed_tries, "failed try", "failed tries") + " so far");
  }
  return words;
}

std::vector<std::string> display_frame(const ProgressView& view, const DisplayStatus& status, bool retrying,
                                       std::size_t rows, std::size_t columns) {
  std::vector<std::string> frame;
  for (std::string& line : wrapped(status_words(status, retrying), columns)) frame.push_back(std::move(line));
  for (std::string& line : wrapped(view.totals(), columns)) frame.push_back(std::move(line));
  for (std::string& line : wrapped(request_words(status), columns)) frame.push_back(std::move(line));
  if (frame.size() < rows) {
    const std::size_t room = std::min(rows - frame.size(), kMaxDetails);
    for (std::string& line : view.details(room, columns)) frame.push_back(std::move(line));
  }
  frame.resize(std::min(frame.size(), rows));
  return frame;
}

bool PlainLines::is_due(milliseconds elapsed, bool retrying, bool stopping) {
  const bool worse = (retrying && !retrying_) || (stopping && !stopping_);
  retrying_ = retrying;
  stopping_ = stopping;
  if (!worse && elapsed < last_ + kPeriod) return false;
  last_ = elapsed;
  return true;
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
  PlainLines lines;
  while (clock.sleep_for(terminal_.live() ? kRedrawPeriod : kPlainLook, stop)) {
    look();
    view_.update(elapsed(), now_.stopping);
    if (terminal_.live()) {
      redraw();
    } else if (lines.is_due(elapsed(), is_retrying(), now_.stopping)) {
      write_plain_line();
    }
  }
}

void ProgressDisplay::look() {
  DisplayStatus status = status_();
  if (status.failed_tries > now_.failed_tries) retried_at_ = elapsed();
  now_ = std::move(status);
}

bool ProgressDisplay::is_retrying() const {
  return retried_at_ && elapsed() - *retried_at_ < kRecent;
}

void ProgressDisplay::redraw() {
  const WindowSize size = terminal_.size();
  // One row stays free for the line above the display. Otherwise the display would scroll the screen itself. The
  // last column stays empty, as in Terminal::show().
  const auto rows = static_cast<std::size_t>(std::max(size.rows - 1, 1));
  const auto columns = static_cast<std::size_t>(std::max(size.columns - 1, 1));
  terminal_.show(display_frame(view_, now_, is_retrying(), rows, columns));
}

void ProgressDisplay::write_plain_line() {
  std::vector<std::string> words = view_.totals();
  for (std::string& word : request_words(now_)) words.push_back(std::move(word));
  for (std::string& word : status_words(now_, is_retrying())) words.push_back(std::move(word));
  terminal_.write_line(fmt::format("s3compress: {}", fmt::join(words, ", ")));
}

milliseconds ProgressDisplay::elapsed() const {
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start_);
}

}  // namespace s3c::cli
