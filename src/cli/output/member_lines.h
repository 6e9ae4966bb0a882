// Volumes and members as lines of a result: for people, or one JSON document per line. Pure functions, any
// thread.
#pragma once

#include <string>

#include "catalog/member_search.h"
#include "catalog/volume_state.h"

namespace s3c::cli {

/// The line with the names of the columns of volume_line().
std::string volume_heading(bool long_format);
/// The volume's key, its objects, the archive's size, its class and the state of the thaw: with a key of up to
/// 30 characters at most 80 columns, if the volume is committed. In the long format more columns.
std::string volume_line(const catalog::VolumeInfo& volume, bool long_format);
/// Later versions only add fields.
std::string volume_json(const catalog::VolumeInfo& volume);

/// The key. In the long format size, last-modified and ETag stand before it.
std::string member_line(const index::Row& row, bool long_format);
/// A field "volume" with the archive's key, then the fields of the row as in docs/format.md.
std::string member_json(const std::string& archive_key, const index::Row& row);

/// Whether a member is the newest of its key, by catalog/newest.h.
enum class MemberAge { newest, older, unknown };
/// member_json() behind a field "newest": true, false, or null where it can't be told.
std::string found_json(const catalog::FoundMember& member, MemberAge age);

}  // namespace s3c::cli
