// Writes the manifests of a split: for each task the objects of its groups, as archive --manifest reads them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plan/options.h"
#include "plan/split.h"
#include "source/group_source.h"

namespace s3c::plan {

/// One manifest.
struct SplitTask {
  std::string file;  ///< its whole name: "s3://bucket/prefix/task-0003-of-0020.csv.gz"
  std::uint64_t groups = 0;
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;

  /// As SplitGroup::cost().
  std::uint64_t cost() const { return bytes + objects * kObjectCostBytes; }
};

struct SplitReport {
  std::vector<SplitTask> tasks;  ///< those whose manifests were written, in the order of their numbers
};

/// All of it outlives the writing. REQUIRES: context has a place.
struct SplitWriting {
  const PlanOptions& options;
  const PlanContext& context;
  source::GroupSource& groups;  ///< where the groups were found
  base::Timestamp now;          ///< of the plan, so that the same objects are selected
};

/// Reads the groups' objects again and writes those that are selected. Starts options.open_groups threads at most;
/// blocks. Memory grows by the groups, not by the objects. report has what was written, also if this throws: what
/// SplitPlace, the groups' source and TempFile throw, but invalid_argument once a manifest was written: then the same
/// command can't succeed; cancelled after a stop.
void write_split(const SplitWriting& with, const std::vector<SplitGroup>& groups, SplitReport& report);

}  // namespace s3c::plan
