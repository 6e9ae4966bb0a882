// The first half of a group's run, steps 1 and 2 of docs/ordering.md: what the source has of the group, what of
// it is archived already, and so what there is to do. Planning only reads. A dry run makes plans and nothing
// else.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "archive/group_objects.h"
#include "archive/group_tally.h"
#include "archive/plan_shared.h"
#include "base/log.h"
#include "catalog/catalog.h"
#include "catalog/layout.h"

namespace s3c::archive {

/// What the catalog says of a group.
struct GroupRecords {
  catalog::GroupState state;         ///< its committed volumes are all volumes of this group
  std::set<std::string> taken_keys;  ///< names that new volumes can't have
};

/// What there is to do for one group. It holds no list of keys, so its size doesn't depend on the group's.
struct GroupPlan {
  catalog::Group group;
  /// Empty if the listing shows no object: then the catalog isn't asked.
  GroupRecords records;
  /// The objects to pack and the volumes whose sources are still to be deleted. Both come out of the listing
  /// while it is read, so a plan can be read once. Never null. It points into records.state.committed. A plan
  /// may be moved all the same, because the elements of a vector stay where they are.
  std::unique_ptr<GroupObjects> objects;
};

/// Looks; changes nothing. Blocks. skip: as GroupObjects. tally: counts every object that is read from the
/// plan. shared, skip and tally outlive the plan. Throws the store's errors, as reading the plan does.
GroupPlan plan_group(PlanShared& shared, const catalog::Group& group, const std::set<std::string>& skip,
                     GroupTally& tally);

/// Reads the plan to its end and counts the objects that it would pack. Blocks. Throws the store's errors.
void count_plan(GroupPlan plan, GroupTally& tally);

/// Logs that a committed volume has lost its archive.
void warn_of_lost(base::Logger& log, const std::string& archive_key);

}  // namespace s3c::archive
