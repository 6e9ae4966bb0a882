#include "restore/restore_tally.h"

#include <utility>

#include "base/encoding.h"
#include "s3/error_mapping.h"

namespace s3c::restore {

using base::Error;
using base::ErrorKind;

bool is_refused_by_target(const Error& error) {
  const std::string& operation = error.context().operation;
  return error.kind() == ErrorKind::invalid_argument &&
         (operation == kRestoreFile || operation == kRestoreObject);
}

void RestoreTally::attempt(const index::Row& row, const std::function<std::optional<Landing>()>& work) {
  if (has_ended()) return;
  if (context_.stop.stop_requested()) return leave_unfinished();
  try {
    if (const std::optional<Landing> landing = work()) land(row, *landing);
  } catch (const Error& error) {
    fail(row, error);
  }
}

void RestoreTally::count_done(const index::Row& row) {
  context_.progress.update([&row](RestoreCounts& now) {
    ++now.done;
    now.done_bytes += row.size_bytes;
  });
}

void RestoreTally::land(const index::Row& row, Landing landing) {
  count_done(row);
  base::MutexLock lock(mutex_);
  switch (landing) {
    case Landing::written:
      ++report_.restored;
      report_.restored_bytes += row.size_bytes;
      context_.progress.add(&RestoreCounts::bytes, row.size_bytes);
      break;
    case Landing::equal:
      ++report_.equal;
      break;
    case Landing::exists:
      ++report_.existing;
      report_.not_restored.add({row.key, kSomethingElseIsThere});
      break;
  }
}

void RestoreTally::fail(const index::Row& row, const Error& error) {
  // Ctrl-C came during its restore. A call then gives up early, which says nothing about the member.
  const bool gave_up = context_.stop.stop_requested() && error.worth_retrying();
  if (gave_up || error.kind() == ErrorKind::cancelled) return leave_unfinished();
  if (end_if_for_all(error)) return;
  count_done(row);
  context_.log.error("not restored: {}: {}", base::printable(row.key), error.what());
  base::MutexLock lock(mutex_);
  if (is_refused_by_target(error)) {
    ++report_.unstorable;
  } else {
    ++report_.failed;
    ++report_.failed_by_kind[error.kind()];
  }
  report_.not_restored.add({row.key, error.what()});
}

/// True: the error holds for all that is still to come. Then it ends the restore, and is told once.
bool RestoreTally::end_if_for_all(const Error& error) {
  if (error.kind() != ErrorKind::no_bucket && !s3::is_about_the_caller(error.context().code)) return false;
  base::MutexLock lock(mutex_);
  if (!report_.ended_by) report_.ended_by = error;
  ended_ = true;
  return true;
}

void RestoreTally::fail_volume(const Error& error) {
  if (end_if_for_all(error)) return;
  context_.log.error("{}", error.what());
  base::MutexLock lock(mutex_);
  report_.failures.add(error);
}

void RestoreTally::count_thaw() {
  base::MutexLock lock(mutex_);
  ++report_.thaws_started;
}

void RestoreTally::leave_unfinished() {
  base::MutexLock lock(mutex_);
  report_.interrupted = true;
}

RestoreReport RestoreTally::finish(std::vector<RestoreVolume> waiting) {
  base::MutexLock lock(mutex_);
  report_.waiting = std::move(waiting);
  return std::move(report_);
}

}  // namespace s3c::restore
