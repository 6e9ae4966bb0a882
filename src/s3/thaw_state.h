// Whether an object can be read now, computed from what S3 says in three places. Pure functions, any thread.
// Source: S3 API, HeadObject (x-amz-restore, x-amz-archive-status) and ListObjectsV2 (RestoreStatus).
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"
#include "s3/types.h"

namespace s3c::s3 {

/// What a store says about the restore of one object.
struct RestoreStatus {
  bool in_progress = false;
  std::optional<base::Timestamp> expires_at = {};
};

/// Parses x-amz-restore: ongoing-request="true", or ongoing-request="false", expiry-date="Fri, 21 Dec 2012
/// 00:00:00 GMT" (no date if the copy stays). Throws Error: corrupt for anything else.
RestoreStatus parse_restore_header(std::string_view text);

/// storage_class: as in ObjectHead. archive_status: x-amz-archive-status, empty without one; it tells whether
/// an INTELLIGENT_TIERING object is in an archive tier. restore: nullopt if the store says nothing. now: the
/// time by the store's clock; an expired copy counts as gone.
ThawState thaw_state(std::string_view storage_class, std::string_view archive_status,
                     const std::optional<RestoreStatus>& restore, base::Timestamp now);

/// True for the classes of which some objects can't be read without a restore. For other classes the restore
/// status means nothing.
bool can_be_frozen(std::string_view storage_class);

}  // namespace s3c::s3
