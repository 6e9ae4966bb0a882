// Standard error, shared by all code that writes to it during a run. Messages scroll; the progress display
// stays below them. Any thread.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/mutex.h"

namespace s3c::cli {

struct WindowSize {
  int columns = 80;
  int rows = 24;
};

class Terminal {
 public:
  /// descriptor: where to write; not closed by this object. live: it is a terminal that can redraw lines.
  Terminal(int descriptor, bool live);
  /// Leaves the last frame on the screen. Call clear() before, to remove it.
  ~Terminal() = default;
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// From now on lines are written patiently: write_patiently(). After a stop, what nobody reads is dropped.
  /// Until this is called there is no stop.
  void heed(std::stop_token stop) S3C_EXCLUDES(mutex_);
  /// Whether that stop was requested: the user pressed Ctrl-C.
  bool stopped() S3C_EXCLUDES(mutex_);

  bool live() const { return live_; }
  WindowSize size() const;

  /// Writes a line above the display. Control characters are written as \xNN.
  void write_line(std::string_view line) S3C_EXCLUDES(mutex_);
  /// Replaces the display. Does nothing unless live(). Lines are cut to the window's width.
  void show(const std::vector<std::string>& frame) S3C_EXCLUDES(mutex_);
  /// Removes the display while print writes to the same screen in another way. print ends its text with a line
  /// end. Throws what print throws.
  void step_aside(const std::function<void()>& print) S3C_EXCLUDES(mutex_);
  /// Removes the display.
  void clear() S3C_EXCLUDES(mutex_) { show({}); }

 private:
  void write_all(std::string_view bytes) S3C_REQUIRES(mutex_);
  std::string go_to_frame() const S3C_REQUIRES(mutex_);
  std::string draw_frame() const S3C_REQUIRES(mutex_);

  const int descriptor_;
  const bool live_;
  base::Mutex mutex_;
  std::vector<std::string> frame_ S3C_GUARDED_BY(mutex_);
  std::stop_token stop_ S3C_GUARDED_BY(mutex_);
  bool unread_ S3C_GUARDED_BY(mutex_) = false;  ///< after a stop nobody took a line: no more are written
};

/// A logger that writes its lines to terminal. verbosity 0: warnings, 1: info, 2 and more: debug. quiet:
/// errors only.
std::shared_ptr<base::Logger> make_terminal_logger(Terminal& terminal, int verbosity, bool quiet);

}  // namespace s3c::cli
