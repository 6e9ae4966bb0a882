// The first half of a group's run, steps 1 and 2 of docs/ordering.md: what the source has of the group, what of
// it is archived already, and so what there is to do. Planning only reads. A dry run makes plans and nothing
// else.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "archive/group_objects.h"
#include "archive/group_tally.h"
#include "archive/plan_shared.h"
#include "base/error.h"
#include "base/log.h"
#include "catalog/catalog.h"
#include "catalog/layout.h"
#include "s3/types.h"

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

/// The name of the next volume, and what stands there although no proven volume has the name.
struct NextName {
  std::string archive_key;
  std::optional<s3::ObjectHead> unproven;  ///< an archive of this program; nullopt: the name is free
};

/// The first name that no volume has, committed or lost, and no foreign object. Blocks: a HEAD for each name
/// that the records don't have. Throws the store's errors, and invalid_argument if the group can have no more volumes.
NextName next_name(PlanShared& shared, const catalog::Group& group, const GroupRecords& records);

/// Whether the plan's records have a manifest for the archive.
bool has_manifest(const GroupRecords& records, const NextName& name);

/// The error of a group whose archive can't be proven.
base::Error unproven_archive(const PlanShared& shared, const std::string& archive_key, base::ErrorKind kind,
                             std::string what);
/// What it says if the archive has a manifest.
inline constexpr const char* kNotAsItsManifest =
    "an archive of this group is not what its manifest says; nothing was deleted. Look at it before you archive "
    "more of this group";

/// Finds out whether the run could begin the group's next volume: an archive without manifest needs a record
/// first. Logs that it would be made. Throws base::Error as the run would: damaged, or wrong_state if the
/// archive is frozen; and the store's errors.
void foresee_record(PlanShared& shared, const GroupPlan& plan);

/// Reads the plan to its end and counts the objects that it would pack. Blocks. Throws the store's errors.
void count_plan(GroupPlan plan, const ArchiveOptions& options, GroupTally& tally);

/// Logs that a committed volume has lost its archive.
void warn_of_lost(base::Logger& log, const std::string& archive_key);

}  // namespace s3c::archive
