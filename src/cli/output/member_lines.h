// Volumes and members as lines of a result: for people, or one JSON document a line. Pure functions, any
// thread.
#pragma once

#include <string>

#include "catalog/member_search.h"
#include "catalog/volume_state.h"

namespace s3c::cli {

/// The names of volume_line()'s columns.
std::string volume_heading();
std::string volume_line(const catalog::VolumeInfo& volume);
/// Fields are only ever added.
std::string volume_json(const catalog::VolumeInfo& volume);

/// The key; in the long format size, last-modified and ETag before it.
std::string member_line(const index::Row& row, bool long_format);
/// The row as docs/format.md has it, behind a field "volume": the archive's key.
std::string member_json(const std::string& archive_key, const index::Row& row);

/// What catalog/newest.h says of a member among those of its key.
enum class MemberAge { newest, older, unknown };
/// member_json() behind a field "newest": true, false, or null where it can't be told.
std::string found_json(const catalog::FoundMember& member, MemberAge age);

}  // namespace s3c::cli
