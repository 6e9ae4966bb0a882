// Counts what a restore has done so far. All of its threads count; at the end there is one report.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/mutex.h"
#include "index/row.h"
#include "restore/restore_options.h"
#include "restore/restore_report.h"

namespace s3c::restore {

/// Whether the target can't hold this one member, such as a file whose name is too long.
bool is_refused_by_target(const base::Error& error);

/// Any thread.
class RestoreTally {
 public:
  RestoreTally(RestoreReport report, const RestoreContext& context)
      : context_(context), report_(std::move(report)) {}

  /// Calls work for one member and counts its result. An error ends the work on this member only. nullopt:
  /// the member isn't done yet. Does nothing if has_ended().
  void attempt(const index::Row& row, const std::function<std::optional<Landing>()>& work);
  /// The member is not restored. After Ctrl-C (kind cancelled) it is one of those that a later run restores.
  void fail(const index::Row& row, const base::Error& error);
  /// Some or all of a volume could not be restored.
  void fail_volume(const base::Error& error);
  void count_thaw();
  /// An error came that every member still to come would meet too (no such bucket, expired credentials).
  bool has_ended() const { return ended_.load(); }
  /// After Ctrl-C a member was not restored, or not looked at.
  void leave_unfinished();
  /// The report. Called once, when no other thread counts any more.
  RestoreReport finish(std::vector<RestoreVolume> waiting);

 private:
  bool end_if_for_all(const base::Error& error);
  void count_done(const index::Row& row);
  void land(const index::Row& row, Landing landing);

  const RestoreContext& context_;
  std::atomic<bool> ended_ = false;
  base::Mutex mutex_;
  RestoreReport report_ S3C_GUARDED_BY(mutex_);
};

}  // namespace s3c::restore
