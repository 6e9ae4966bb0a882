// --events: what happens in a run, as JSON Lines. docs/events.md describes each event.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/mutex.h"
#include "cli/output/line_file.h"

namespace s3c::cli {

/// Any thread. The events stand in the order of their times.
class EventLog {
 public:
  /// name: a file, which is made or emptied, or "-" for standard output. run: the id that every event of this
  /// run carries. on_lost: called once, with what is wrong, when an event can't be written; no more events are
  /// written then. Throws UsageError if the file can't be made.
  EventLog(const std::string& name, std::string run, base::Clock& clock,
           std::function<void(const std::string& why)> on_lost);

  /// After a stop a reader that reads nothing is waited for only a moment.
  void heed(std::stop_token stop) S3C_EXCLUDES(mutex_);
  /// fields: an object; it may be empty.
  void write(std::string_view event, const Json& fields) S3C_EXCLUDES(mutex_);
  /// Whether an event could not be written.
  [[nodiscard]] bool is_lost() const S3C_EXCLUDES(mutex_);
  /// Events that come later aren't written. Returns whether every event was written.
  [[nodiscard]] bool close() S3C_EXCLUDES(mutex_);

 private:
  void lose(int error) S3C_REQUIRES(mutex_);

  const std::string run_;
  base::Clock& clock_;
  const std::function<void(const std::string&)> on_lost_;
  mutable base::Mutex mutex_;
  std::optional<LineFile> file_ S3C_GUARDED_BY(mutex_);  ///< nullopt: standard output
  std::stop_token stop_ S3C_GUARDED_BY(mutex_);
  bool lost_ S3C_GUARDED_BY(mutex_) = false;
  bool closed_ S3C_GUARDED_BY(mutex_) = false;
};

}  // namespace s3c::cli
