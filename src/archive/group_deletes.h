// Step 8 for the volumes of a group, beside the packing of the next one.
#pragma once

#include "archive/group_tally.h"
#include "archive/run_shared.h"
#include "archive/source_deleter.h"
#include "base/bounded_queue.h"
#include "base/task_group.h"

namespace s3c::archive {

/// Deletes the sources of one volume at a time, on a thread of its own. One more volume may wait for that: a
/// store that deletes more slowly than the run packs slows the run down, instead of piling up threads. Used
/// by one thread.
class GroupDeletes {
 public:
  /// Both outlive it.
  GroupDeletes(const RunShared& shared, GroupTally& tally);
  /// Waits for the volumes that were added.
  ~GroupDeletes();
  GroupDeletes(const GroupDeletes&) = delete;
  GroupDeletes& operator=(const GroupDeletes&) = delete;

  /// Blocks while two volumes wait. Throws what ended an earlier volume's deletes.
  void add(DoomedVolume volume);
  /// Waits for all of them. Throws what ended one. Nothing is added afterwards.
  void finish();

 private:
  void delete_all();

  const RunShared& s_;
  GroupTally& tally_;
  bool started_ = false;
  base::BoundedQueue<DoomedVolume> volumes_{1};
  base::TaskGroup thread_;  // last: it uses everything above
};

}  // namespace s3c::archive
