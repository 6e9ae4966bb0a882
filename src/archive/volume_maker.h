// Steps 3 to 7 of the commit protocol for one volume of a group: a name, the packing, the commit.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "archive/committer.h"
#include "archive/group_plan.h"
#include "archive/group_tally.h"
#include "archive/open_volume.h"
#include "archive/run_shared.h"
#include "base/error.h"
#include "base/memory_budget.h"

namespace s3c::archive {

/// What earlier passes over a group found out, and later passes need.
struct PassMemory {
  /// Keys of objects that spoiled a volume or can't be packed at all. No later volume takes them.
  std::set<std::string> spoilers;
  /// Ids of archives that stood at a volume's name and could not be proven. An id that is seen for the first
  /// time may mean a race with another run; the second time it means damage.
  std::set<std::string> unproven_ids;
  std::set<std::string> remade_ids;  ///< of archives whose records this run made again
  /// Why the last volume was not committed.
  std::optional<base::Error> last_error;
  /// What was left out of a volume that came to nothing, and that no later volume has met again. These objects
  /// were named, and the report doesn't count them yet.
  LeftObjects unsettled;
  bool leftovers_cleared = false;  ///< those of killed runs in this group
};

/// Makes one volume after the other of what a plan has to pack. One thread.
class VolumeMaker {
 public:
  struct NothingPacked {};
  /// The group has to be listed again: another process was faster, or an object spoiled the volume.
  struct StartAgain {};
  using Outcome = std::variant<Commit, NothingPacked, StartAgain>;

  /// All arguments outlive the maker.
  VolumeMaker(RunShared& shared, const GroupPlan& plan, PassMemory& memory, GroupTally& tally)
      : s_(shared),
        group_(plan.group),
        objects_(*plan.objects),
        records_(plan.records),
        memory_(memory),
        tally_(tally) {}

  /// first: what the plan's next_to_pack() returned. Throws base::Error when the group must be given up.
  Outcome make(const s3::ObjectSummary& first);

 private:
  using DirectoryLeases = std::vector<base::MemoryLease>;

  std::optional<std::string> choose_archive_key();
  void note_layout();
  void make_record(const std::string& key, const std::string& id);
  std::variant<SealedVolume, StartAgain> pack(const std::string& key, std::uint64_t part_size,
                                              std::uint64_t buffers, DirectoryLeases& directory);
  void admit_objects(const std::shared_ptr<OpenVolume>& volume, DirectoryLeases& directory);
  bool lease_directory(std::uint64_t objects, DirectoryLeases& directory);
  void settle(const SealedVolume& sealed);
  void abandon(OpenVolume& volume);
  bool foresee_rest();
  void leave_for_good(LeftObject object);
  StartAgain start_again_after(const LostRace& lost, const std::string& key);
  void abandon_after_failure(OpenVolume& volume);
  std::uint64_t buffers_for(std::uint64_t part_size) const;

  RunShared& s_;
  const catalog::Group& group_;
  GroupObjects& objects_;
  const GroupRecords& records_;
  PassMemory& memory_;
  GroupTally& tally_;
};

}  // namespace s3c::archive
