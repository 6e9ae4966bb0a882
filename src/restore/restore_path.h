// Where below a directory a member's file belongs. An index row is data from a bucket: its path is checked as
// if an enemy had written it. Pure, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "index/row.h"

namespace s3c::restore {

/// The row's entry name, which is its key unless the row says otherwise.
inline const std::string& restore_name(const index::Row& row) {
  return row.entry_name.empty() ? row.key : row.entry_name;
}

/// restore_name() in its segments: directories, then the file; at least one, none of them empty, "." or "..",
/// none with a slash, a backslash, a control character or anything that isn't UTF-8.
/// Throws Error: invalid_argument for a name that can't be had so; corrupt for one that isn't the key's.
std::vector<std::string> restore_path(const index::Row& row);

}  // namespace s3c::restore
