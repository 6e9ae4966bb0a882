// Asks for the thaws that a plan needs, and waits for them. restore and thaw use it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "restore/restore_options.h"
#include "restore/restore_report.h"
#include "restore/restore_tally.h"

namespace s3c::restore {

/// One thread at a time.
class ThawRequests {
 public:
  /// The arguments outlive it.
  ThawRequests(const RestoreOptions& options, const RestoreContext& context, RestoreTally& tally)
      : options_(options), context_(context), tally_(tally) {}

  /// Asks for the thaw of each of these volumes that is frozen and has a member that is needed. A volume that
  /// can't be thawed is told to the tally, and doesn't keep the others frozen.
  void ask(const std::vector<RestoreVolume>& volumes);
  /// Whether the store refused to thaw the volume.
  bool was_refused(const RestoreVolume& volume) const { return refused_.contains(volume.archive_key); }
  /// If options.wait says so: waits for one poll interval, finds out the state of the volumes, and asks again
  /// for those that are frozen: a thawed copy expired, or another process's thaw failed. False: the run
  /// doesn't wait, or it was stopped.
  bool wait(std::vector<RestoreVolume>& waiting);

 private:
  bool stopped() const { return context_.stop.stop_requested() || tally_.has_ended(); }

  const RestoreOptions& options_;
  const RestoreContext& context_;
  RestoreTally& tally_;
  std::set<std::string> refused_;  // archives
};

/// Asks for the thaws of the plan's volumes, and with options.wait waits for them. Restores nothing. The
/// report has the volumes that can't be read yet in `waiting`. Blocks.
RestoreReport run_thaw(const RestoreOptions& options, const RestorePlan& plan, const RestoreContext& context);

}  // namespace s3c::restore
