// Answers every object that the groups of a run admit: packs it, leaves it out or fails its volume. Small
// ones are fetched by a few event loops, each of which has many in flight and packs what arrives. What has to
// be waited for (large objects, tags, whatever the first GET did not settle) is done by threads, one for each
// object.
//
// No two of them can wait for each other. A loop with something in flight never waits for memory, for a slot
// or for an object, and takes no slot from who waits; an object that a loop hands on finds a thread that is
// free, because no more objects are in flight than there are threads. What both wait for is the ZIP of a
// volume, and who holds that waits for uploads only.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "archive/member_packer.h"
#include "archive/open_volume.h"
#include "archive/progress.h"
#include "base/bounded_queue.h"
#include "base/slots.h"
#include "base/task_group.h"
#include "s3/object_store.h"

namespace s3c::archive {

/// One admitted object on its way to the crew.
struct WorkItem {
  std::shared_ptr<OpenVolume> volume;
  std::string group_prefix;
  SourceObject object;
};

class PackingCrew {
 public:
  /// threads: objects in flight at most, at least 1. Everything handed in outlives the crew.
  PackingCrew(s3::ObjectStore& store, MemberPacker& packer, Progress& progress, int threads);
  /// Waits until all that was admitted is answered.
  ~PackingCrew();
  PackingCrew(const PackingCrew&) = delete;
  PackingCrew& operator=(const PackingCrew&) = delete;

  /// Starts its threads; once. Throws Error: transient when the system has no thread left.
  void start();
  /// Hands over an object; waits for room. Any thread. False: the crew has failed, the object isn't answered.
  [[nodiscard]] bool take(WorkItem item) { return admitted_.push(std::move(item)); }
  /// Waits until all that was taken is answered; nothing may be handed over any more. Throws what ended a
  /// thread: every volume that still had an object then has failed with that.
  void finish();

 private:
  /// An object that is in flight, and what was done for it so far.
  struct Job {
    base::Slots::Slot slot;
    WorkItem item;
    FirstTry first = {};
  };
  class FetchLoop;

  void pack_long_way();
  void pack(Job job);
  void hand_on(Job job);

  s3::ObjectStore& store_;
  MemberPacker& packer_;
  Progress& progress_;
  const int threads_;
  base::Slots in_flight_;  ///< objects, wherever they are: in a loop, waiting for a thread or with one
  base::BoundedQueue<WorkItem> admitted_;
  base::BoundedQueue<Job> long_way_;  ///< has room for all that can be in flight
  base::TaskGroup packers_;           // last: their threads use everything above
  base::TaskGroup loops_;
};

}  // namespace s3c::archive
