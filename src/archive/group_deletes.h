// Step 8 for the volumes of a group, while the next volume is packed.
#pragma once

#include "archive/group_tally.h"
#include "archive/run_shared.h"
#include "archive/source_deleter.h"
#include "base/bounded_queue.h"
#include "base/task_group.h"
#include "catalog/layout.h"

namespace s3c::archive {

/// Deletes the sources of one volume at a time, on a thread of its own. One more volume may wait. A store
/// that deletes more slowly than the run packs slows the run down; otherwise threads would pile up. Used by
/// one thread.
class GroupDeletes {
 public:
  /// All arguments outlive it.
  GroupDeletes(RunShared& shared, const catalog::Group& group, GroupTally& tally);
  /// Waits for the volumes that were added.
  ~GroupDeletes();
  GroupDeletes(const GroupDeletes&) = delete;
  GroupDeletes& operator=(const GroupDeletes&) = delete;

  /// Blocks while one volume's sources are being deleted and another volume waits. Throws the error that
  /// ended an earlier volume's deletes.
  void add(DoomedVolume volume);
  /// Waits for all volumes. Throws the error that ended one volume's deletes. No add() may follow.
  void finish();

 private:
  void delete_all();
  void delete_one(const DoomedVolume& volume);

  RunShared& s_;
  const catalog::Group& group_;
  GroupTally& tally_;
  bool started_ = false;
  base::BoundedQueue<DoomedVolume> volumes_{1};
  base::TaskGroup thread_;  // last: it uses everything above
};

}  // namespace s3c::archive
