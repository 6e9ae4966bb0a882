// Finds the groups of a selection by listing with a delimiter, level by level of the layout. That takes one
// LIST for the prefix, one for each year and one for each month, instead of one for each possible day. One
// thread at a time.
#pragma once

#include <functional>
#include <stop_token>

#include "catalog/layout.h"
#include "s3/object_store.h"
#include "source/selection.h"

namespace s3c::source {

/// What to search for. All of it outlives the search.
struct GroupSearch {
  const Selection& selection;
  const catalog::Layout& layout;
  const catalog::ArchiveName& archive_name;
  /// Also groups that have only older versions or delete markers left.
  bool with_versions = false;
};

/// Calls visit for each group that has at least one object, in key order, as it is found. visit returns false
/// to end the search. The search also ends when stop is requested. Throws the store's errors.
void find_groups(s3::ObjectStore& store, const GroupSearch& search, const std::stop_token& stop,
                 const std::function<bool(catalog::Group)>& visit);

}  // namespace s3c::source
