#include "cli/output/event_log.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "cli/options/watch_flags.h"

namespace s3c::cli {

EventLog::EventLog(const std::string& name, std::string run, base::Clock& clock,
                   std::function<void(const std::string&)> on_lost)
    : run_(std::move(run)), clock_(clock), on_lost_(std::move(on_lost)) {
  base::MutexLock lock(mutex_);
  if (name != kStandardOutput) file_.emplace("--events", name);
}

void EventLog::heed(std::stop_token stop) {
  base::MutexLock lock(mutex_);
  stop_ = std::move(stop);
}

void EventLog::write(std::string_view event, const Json& fields) {
  base::MutexLock lock(mutex_);
  if (lost_ || closed_) return;
  Json line = {{"time", base::format_iso8601(clock_.now())}, {"run", run_}, {"event", event}};
  line.update(fields);
  const int error =
      file_ ? file_->write(line, stop_) : write_patiently(STDOUT_FILENO, ascii_line(line), stop_);
  if (error != 0) lose(error);
}

bool EventLog::is_lost() const {
  base::MutexLock lock(mutex_);
  return lost_;
}

bool EventLog::close() {
  base::MutexLock lock(mutex_);
  const bool was_open = !std::exchange(closed_, true);
  if (file_ && !lost_ && was_open) {
    if (const int error = file_->close(); error != 0) lose(error);
  }
  return !lost_;
}

void EventLog::lose(int error) {
  lost_ = true;
  on_lost_(error == EPIPE       ? "nobody reads them any more"
           : error == ETIMEDOUT ? "nobody reads them"
                                : std::generic_category().message(error));
}

}  // namespace s3c::cli
