#include "cli/output/terminal.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/encoding.h"
#include "cli/output/format.h"
#include "cli/output/patient_write.h"

namespace s3c::cli {
namespace {

// A line is first overwritten, and then erased from its end. Erasing it before would flicker, and some
// terminals copy a screen that is erased from its top into the history.
constexpr std::string_view kEraseLine = "\x1b[K";
constexpr std::string_view kEraseBelow = "\x1b[J";

// Terminal locks, so base_sink needs no mutex of its own.
class TerminalSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit TerminalSink(Terminal& terminal) : terminal_(terminal) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    terminal_.write_line(std::string_view(line.data(), line.size()));
  }
  void flush_() override {}

 private:
  Terminal& terminal_;
};

}  // namespace

Terminal::Terminal(int descriptor, bool live) : descriptor_(descriptor), live_(live) {}

WindowSize Terminal::size() const {
  struct winsize window = {};
  if (::ioctl(descriptor_, TIOCGWINSZ, &window) != 0 || window.ws_col == 0 || window.ws_row == 0) return {};
  return {window.ws_col, window.ws_row};
}

void Terminal::write_line(std::string_view line) {
  const std::string text = base::printable(line);
  base::MutexLock lock(mutex_);
  // All in one write. Otherwise the display would flicker, and another process's output could come in
  // between.
  if (frame_.empty()) {
    write_all(text + "\n");
  } else {
    write_all(go_to_frame() + text + std::string(kEraseLine) + "\n" + draw_frame() +
              std::string(kEraseBelow));
  }
}

void Terminal::show(const std::vector<std::string>& frame) {
  if (!live_) return;
  // The last column stays empty. A full line would wrap, and then the cursor would not get back to the
  // frame's first row.
  const auto width = static_cast<std::size_t>(std::max(size().columns - 1, 1));
  std::vector<std::string> cut;
  cut.reserve(frame.size());
  for (const std::string& line : frame) cut.push_back(fit_to_width(base::printable(line), width));
  base::MutexLock lock(mutex_);
  if (frame_.empty() && cut.empty()) return;
  const std::string start = go_to_frame();
  frame_ = std::move(cut);
  write_all(start + draw_frame() + std::string(kEraseBelow));
}

void Terminal::step_aside(const std::function<void()>& print) {
  base::MutexLock lock(mutex_);
  if (!frame_.empty()) write_all(go_to_frame() + std::string(kEraseBelow));
  frame_.clear();  // the next redraw draws it below
  print();
}

std::string Terminal::go_to_frame() const {
  if (frame_.empty()) return {};
  // The cursor is at the end of the frame's last line.
  return frame_.size() == 1 ? "\r" : "\r\x1b[" + std::to_string(frame_.size() - 1) + "A";
}

std::string Terminal::draw_frame() const {
  std::string text;
  for (const std::string& line : frame_) text += (text.empty() ? "" : "\n") + line + std::string(kEraseLine);
  return text;
}

void Terminal::heed(std::stop_token stop) {
  base::MutexLock lock(mutex_);
  stop_ = std::move(stop);
}

bool Terminal::stopped() {
  base::MutexLock lock(mutex_);
  return stop_.stop_requested();
}

/// If standard error can't be written, the bytes are dropped. A run doesn't fail because of its progress or
/// messages.
void Terminal::write_all(std::string_view bytes) {
  if (!unread_) unread_ = write_patiently(descriptor_, bytes, stop_) == ETIMEDOUT;
}

std::shared_ptr<base::Logger> make_terminal_logger(Terminal& terminal, int verbosity, bool quiet) {
  auto logger = std::make_shared<base::Logger>("s3compress", std::make_shared<TerminalSink>(terminal));
  // The formatter's end of line is empty because write_line adds it.
  const char* pattern = verbosity > 0 ? "%Y-%m-%dT%H:%M:%S.%eZ %l: %v" : "s3compress: %l: %v";
  logger->set_formatter(
      std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc, std::string()));
  logger->set_level(quiet            ? spdlog::level::err
                    : verbosity <= 0 ? spdlog::level::warn
                    : verbosity == 1 ? spdlog::level::info
                                     : spdlog::level::debug);
  return logger;
}

}  // namespace s3c::cli
