// Finds the groups of a selection by delimiter listing, level by level of the layout: one LIST for the
// prefix, one for each year, one for each month, instead of one for each day that might be. One thread at a
// time.
#pragma once

#include <functional>
#include <stop_token>

#include "archive/layout.h"
#include "archive/options.h"
#include "s3/object_store.h"

namespace s3c::archive {

/// Calls visit for each group that has at least one object (with options.delete_versions: or an older version
/// or delete marker of one), in key order, as it is found; visit returns false to stop. Stops by itself once
/// stop is requested. Throws the store's errors.
void find_groups(s3::ObjectStore& store, const ArchiveOptions& options, const std::stop_token& stop,
                 const std::function<bool(Group)>& visit);

}  // namespace s3c::archive
