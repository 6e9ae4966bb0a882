#include "cli/code_prompt.h"

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <string_view>

#include "base/error.h"

namespace s3c::cli {
namespace {

/// How late a stop may be noticed.
constexpr int kPoll_ms = 50;
constexpr std::size_t kMaxCode = 256;

/// The terminal doesn't echo while this lives.
class WithoutEcho {
 public:
  WithoutEcho() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  ~WithoutEcho() {
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  WithoutEcho(const WithoutEcho&) = delete;
  WithoutEcho& operator=(const WithoutEcho&) = delete;

 private:
  termios before_ = {};
  bool changed_ = false;
};

void say(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

std::optional<std::string> ask_for_code(const std::string& question, const std::stop_token& stop) {
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0) return std::nullopt;
  const WithoutEcho without_echo;
  say(question);
  std::string code;
  for (;;) {
    if (stop.stop_requested()) {
      say("\n");
      throw base::Error(base::ErrorKind::cancelled, "stopped while a code was asked for");
    }
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (::poll(&input, 1, kPoll_ms) <= 0) continue;
    char c = '\0';
    if (::read(STDIN_FILENO, &c, 1) != 1) return std::nullopt;
    if (c == '\n') break;
    if (code.size() < kMaxCode) code.push_back(c);
  }
  say("\n");
  return code;
}

}  // namespace s3c::cli
