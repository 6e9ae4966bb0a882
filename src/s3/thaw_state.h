// Whether an object can be read now, worked out from what S3 says in three places. Pure functions, any
// thread. Source: S3 API, HeadObject (x-amz-restore, x-amz-archive-status) and ListObjectsV2 (RestoreStatus).
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

/// x-amz-restore: ongoing-request="true", or ongoing-request="false", expiry-date="Fri, 21 Dec 2012 00:00:00
/// GMT" (without a date where a copy stays). Throws Error: corrupt for anything else.
RestoreStatus parse_restore_header(std::string_view text);

/// storage_class: as in ObjectHead. archive_status: x-amz-archive-status, empty without one; it is what tells
/// an INTELLIGENT_TIERING object in an archive tier from the others. restore: nullopt where the store says
/// nothing. now: by the store's clock; a copy whose time is over counts as gone.
ThawState thaw_state(std::string_view storage_class, std::string_view archive_status,
                     const std::optional<RestoreStatus>& restore, base::Timestamp now);

/// True for the classes of which some objects can't be read without a restore; what a store says about the
/// restore of others says nothing.
bool can_be_frozen(std::string_view storage_class);

}  // namespace s3c::s3
