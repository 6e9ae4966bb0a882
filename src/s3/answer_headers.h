// The headers of S3's answers as values. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "http/transport.h"
#include "s3/types.h"

namespace s3c::s3 {

/// The headers of an answer to GET or HEAD.
/// now: the time by the store's clock, for the thaw state.
/// Throws Error: unsupported when there is no ETag; corrupt when the size or the time is missing or malformed, or
/// when x-amz-restore is malformed.
ObjectHead parse_object_head(const http::Response& answer, base::Timestamp now);

/// Whether name (lower-case) is one of the names of ObjectHead::system_headers.
bool is_system_header(std::string_view name);

/// The length of this answer's body in bytes. Throws Error: corrupt when the answer doesn't say.
std::uint64_t body_size_bytes(const http::Response& answer);

/// The first byte's offset in a 206 answer's Content-Range; 0 in a 200.
/// Throws Error: corrupt when a 206 doesn't say.
std::uint64_t body_offset(const http::Response& answer);

/// The ETag header without quotes; empty when there is none.
std::string etag_of(const http::Response& answer);

/// True when the store's answer to an upload names an ETag that can't belong to the bytes sent: it looks like
/// an MD5 but is a different one. Two kinds of ETag are legitimately not the MD5. With SSE-KMS, DSSE and
/// SSE-C the ETag has the form of an MD5 but is another, undocumented hash. Some stores' ETags aren't 32 hex
/// digits at all.
bool etag_contradicts(const http::Response& answer, std::string_view md5_hex);

}  // namespace s3c::s3
