// Answers every object that the groups of a run admit: packs it, leaves it out or fails its volume. A few
// event loops fetch the small objects. Each loop has many objects in flight and packs what arrives. Every
// other object (large, tagged, or not settled by its first GET) has to wait for something, so a thread of its
// own packs it.
//
// Why there is no deadlock:
// - A loop waits for memory, for a slot or for the next object only while it has no object in flight. Otherwise
//   the memory of its own objects would never come back. It takes no memory while another thread waits for
//   memory, and it keeps no slot without an object.
// - An object that a loop hands on always finds a free thread. Each object in flight holds a slot, and there
//   are as many threads as slots.
// - Loops and threads both wait for the ZIP of a volume. The thread that holds the ZIP waits only for the
//   network: for uploads and, if it streams a large object, for the body of that object.
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
  std::string group;  ///< its name
  SourceObject object;
};

class PackingCrew {
 public:
  /// threads: the most objects in flight; at least 1. All arguments outlive the crew.
  PackingCrew(s3::ObjectStore& store, MemberPacker& packer, Progress& progress, int threads);
  /// Waits until every admitted object is answered.
  ~PackingCrew();
  PackingCrew(const PackingCrew&) = delete;
  PackingCrew& operator=(const PackingCrew&) = delete;

  /// Starts the threads. Call once. Throws Error: transient when the system has no thread left.
  void start();
  /// Hands an object to the crew; waits for room. Any thread. False: the crew has failed and will not answer
  /// this object.
  [[nodiscard]] bool take(WorkItem item) { return admitted_.push(std::move(item)); }
  /// How many objects wait for the crew now, and how many it has in work.
  std::size_t queued() const { return admitted_.size(); }
  std::size_t in_work() const { return static_cast<std::size_t>(in_flight_.taken()); }
  /// Waits until every object that was taken is answered. No take() may follow. Throws the error that ended a
  /// thread. That error has then failed every volume that still had an unanswered object.
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
  base::Slots in_flight_;  ///< objects in a loop, waiting for a thread, or with a thread
  base::BoundedQueue<WorkItem> admitted_;
  base::BoundedQueue<Job> long_way_;  ///< has room for every object in flight
  base::TaskGroup packers_;           // last: their threads use everything above
  base::TaskGroup loops_;
};

}  // namespace s3c::archive
