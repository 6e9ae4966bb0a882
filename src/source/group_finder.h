// Finds the groups of a selection by listing with a delimiter, level by level of the layout. That takes one
// LIST for the prefix, one for each year and one for each month, instead of one for each possible day. One
// thread at a time.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "base/counted.h"
#include "catalog/layout.h"
#include "s3/object_store.h"
#include "source/selection.h"

namespace s3c::source {

/// What to search for. All of it outlives the search.
struct GroupSearch {
  const Selection& selection;
  const catalog::Layout& layout;
  const catalog::ArchiveName& archive_name;
  /// Also groups that have only older versions or delete markers left. Not with groups by time.
  bool with_versions = false;
  /// Where the objects of groups by time are sorted.
  std::string temp_directory = {};
  /// Groups by time: list ObjectSummary::thaw, too.
  bool with_thaw_state = false;
};

/// The group of a folder below one of the selection's prefixes. nullopt: its archives' names would be too long.
std::optional<catalog::Group> group_of(const GroupSearch& search, const std::string& prefix,
                                       const std::string& folder, const catalog::Fields& fields);

/// What a search saw on its way that belongs to no group, whatever its date: an object beside the folders of a
/// level, and a folder whose name doesn't fit, or is too long for the name of an archive. A search doesn't look
/// into such a folder, nor into those of other dates than the selection's.
struct OutsideLayout {
  base::Counted<std::string> objects;
  base::Counted<std::string> folders;  ///< each has at least one object (with_versions: or an older version)

  bool empty() const { return objects.empty() && folders.empty(); }
  /// "2 objects and 1 folder with objects that were not counted".
  std::string describe() const;
};

/// REQUIRES: the layout has levels. Calls visit for each group of the selection's shard that has at least one object,
/// in key order, as it is found. Nothing of other groups is listed but their names. visit returns false to end the
/// search. The search also ends when stop is requested. Returns what it saw beside the groups; of several shards,
/// only the first returns that. Throws the store's errors.
OutsideLayout find_groups(s3::ObjectStore& store, const GroupSearch& search, const std::stop_token& stop,
                          const std::function<bool(catalog::Group)>& visit);

}  // namespace s3c::source
