// How far a run has come, for the display: base::Progress with a line for each group in work.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"

namespace s3c::archive {

/// One group in work.
struct GroupProgress {
  /// waiting: only one group at a time admits objects; this one's turn comes later.
  enum class Stage { listing, waiting, packing, reading_back, committing, deleting };
  std::string prefix;
  Stage stage = Stage::listing;
  std::uint64_t listed = 0;   ///< objects to pack that the listing has shown so far
  bool listing_done = false;  ///< listed and listed_bytes are final: a percentage makes sense
  std::uint64_t packed = 0;
  std::uint64_t bytes_in = 0;  ///< source bytes packed
  std::uint64_t deleted = 0;
  std::uint64_t listed_bytes = 0;
  std::uint64_t left = 0;  ///< objects that were listed and could not be packed
  /// What listed and listed_bytes will be in the end, if that is known already: the listing has come to its end,
  /// but not every object of it was handed out. A little too high if some of those are archived already.
  struct Whole {
    std::uint64_t objects = 0;
    std::uint64_t bytes = 0;
  };
  std::optional<Whole> foreseen = {};
};

struct RunProgress {
  std::uint64_t groups_found = 0;
  bool groups_final = false;  ///< every group has been found
  std::uint64_t groups_done = 0;
  std::uint64_t objects_packed = 0;
  std::uint64_t bytes_in = 0;   ///< source bytes packed
  std::uint64_t bytes_out = 0;  ///< archive bytes produced
  std::uint64_t objects_deleted = 0;
  std::uint64_t objects_left = 0;
  /// What the objects of committed volumes cost a month, and what their archives do.
  double monthly_source_dollars = 0;
  double monthly_archive_dollars = 0;
  bool deletes = false;  ///< what is archived is deleted, too
  std::uint64_t ended_groups =
      0;  ///< done or dropped; the next two are their sums of listed and listed_bytes
  std::uint64_t ended_objects = 0;
  std::uint64_t ended_bytes = 0;
  std::vector<GroupProgress> open_groups;  ///< in the order they were started

  /// The entry of an open group; nullptr when it isn't open.
  GroupProgress* find(const std::string& prefix);
};

/// Any thread.
class Progress : public base::Progress<RunProgress> {
 public:
  using base::Progress<RunProgress>::update;

  void group_found() { add(&RunProgress::groups_found); }
  void groups_final();
  void group_started(const std::string& prefix);
  /// Calls change with the group's entry and the totals, under the lock. A change that comes after
  /// group_done() still counts in the totals.
  template <typename Change>
  void update(const std::string& prefix, Change change) {
    update([&](RunProgress& run) {
      GroupProgress ended;
      GroupProgress* open = run.find(prefix);
      change(open != nullptr ? *open : ended, run);
    });
  }
  /// stopped: the run is being stopped. Then the group counts as done only if all of it was packed.
  void group_done(const std::string& prefix, bool stopped = false);
};

}  // namespace s3c::archive
