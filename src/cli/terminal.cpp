#include "cli/terminal.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/encoding.h"
#include "cli/format.h"

namespace s3c::cli {
namespace {

// Terminal does the locking: base_sink needs none of its own.
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
  const std::string text = base::printable(line) + "\n";
  base::MutexLock lock(mutex_);
  // In one write, so that nothing flickers and nothing of another process gets between.
  write_all(erase_frame() + text + draw_frame());
}

void Terminal::show(const std::vector<std::string>& frame) {
  if (!live_) return;
  // The last column stays empty: a full line would wrap, and the next erase would miss a row.
  const auto width = static_cast<std::size_t>(std::max(size().columns - 1, 1));
  std::vector<std::string> cut;
  cut.reserve(frame.size());
  for (const std::string& line : frame) cut.push_back(fit_to_width(base::printable(line), width));
  base::MutexLock lock(mutex_);
  const std::string erase = erase_frame();
  frame_ = std::move(cut);
  write_all(erase + draw_frame());
}

std::string Terminal::erase_frame() const {
  if (frame_.empty()) return {};
  // The cursor stands at the end of the frame's last line: go to its first line's start and erase from there
  // on.
  std::string text = "\r";
  if (frame_.size() > 1) text += "\x1b[" + std::to_string(frame_.size() - 1) + "A";
  return text + "\x1b[J";
}

std::string Terminal::draw_frame() const {
  std::string text;
  for (const std::string& line : frame_) text += (text.empty() ? "" : "\n") + line;
  return text;
}

void Terminal::write_all(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // nobody is listening: progress and messages are not worth failing a run for
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::shared_ptr<base::Logger> make_terminal_logger(Terminal& terminal, int verbosity, bool quiet) {
  auto logger = std::make_shared<base::Logger>("s3compress", std::make_shared<TerminalSink>(terminal));
  // Empty end of line: write_line makes it.
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
