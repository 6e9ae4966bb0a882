// Object Lock: versions that can't be deleted yet. Pure functions.
// Source: S3 User Guide, "Locking objects with Object Lock".
#pragma once

#include <string_view>

#include "sim/call.h"

namespace s3c::sim {

/// "true" in any case, as S3's boolean headers are written.
bool is_true(std::string_view header_value);

/// "GOVERNANCE" or "COMPLIANCE"; nullopt for anything else.
std::optional<LockMode> parse_lock_mode(std::string_view text);
std::string_view name(LockMode mode);

/// x-amz-object-lock-mode, -retain-until-date and -legal-hold of an upload.
/// Throws S3Error: InvalidRequest (the bucket has no Object Lock), InvalidArgument.
ObjectLock read_object_lock(const Call& call);

/// An upload that will be locked must have Content-MD5 or a checksum. lock: of the object or the upload; the
/// bucket's default retention counts too. Throws S3Error: InvalidRequest.
void require_digest_for_lock(const Call& call, const ObjectLock& lock);

/// True if the request asks to bypass GOVERNANCE, which the bucket's owner may do.
bool bypasses_governance(const Call& call);

/// Throws S3Error: AccessDenied while version has a legal hold, or a retention that isn't bypassed.
void require_deletable(const Call& call, const Object& version);

/// The lock headers of GET and HEAD.
void write_object_lock(Response& response, const ObjectLock& lock);

}  // namespace s3c::sim
