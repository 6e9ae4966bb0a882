// The path of a member's file below a directory. An index row is data from a bucket. So its path is checked
// as if an attacker had written it. Pure, any thread.
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

/// Splits name, which is restore_name() or the safe name of the key, into its segments: directories, then the
/// file. There is at least one segment. No segment is empty, "." or "..", and none has a slash, a backslash, a
/// control character or anything that isn't UTF-8.
/// Throws Error: invalid_argument for a name that can't be split like that; corrupt for a name that isn't the
/// name of the row's key.
std::vector<std::string> restore_path(const index::Row& row, const std::string& name);

}  // namespace s3c::restore
