// Conditional requests: If-Match and its relatives on reads, writes, copies and deletes. Pure functions.
// Source: RFC 9110 section 13; S3 User Guide, "Conditional requests".
#pragma once

#include <string_view>

#include "sim/call.h"

namespace s3c::sim {

/// True if the header value ("*", or ETags with or without quotes, comma-separated) names etag (without
/// quotes).
bool etag_matches(std::string_view header_value, std::string_view etag);

/// For GET and HEAD. Throws S3Error: PreconditionFailed, NotModified (with the object's ETag).
void check_read_conditions(const Call& call, const Object& object);

/// For the source of a copy: x-amz-copy-source-if-*. Throws S3Error: PreconditionFailed.
void check_copy_source_conditions(const Call& call, const Object& source);

/// For PUT, copy and Complete. current: the key's current version or nullptr.
/// Throws S3Error: PreconditionFailed; NoSuchKey (If-Match, but there is no object); NotImplemented
/// (If-None-Match with an ETag).
void check_write_conditions(const Call& call, const Object* current);

}  // namespace s3c::sim
