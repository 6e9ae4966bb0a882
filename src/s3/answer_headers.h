// The headers of S3's answers as values. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "http/transport.h"
#include "s3/types.h"

namespace s3c::s3 {

/// The headers of an answer to GET or HEAD.
/// now: by the store's clock, for the thaw state.
/// Throws Error: corrupt when the size, the ETag or the time is missing or malformed, or what is said of an
/// archived object's restore.
ObjectHead parse_object_head(const http::Response& answer, base::Timestamp now);

/// Whether name is one of ObjectHead::system_headers' (lower-case).
bool is_system_header(std::string_view name);

/// The length of this answer's body in bytes. Throws Error: corrupt when the answer doesn't say.
std::uint64_t body_size_bytes(const http::Response& answer);

/// The first byte's offset in a 206 answer's Content-Range; 0 in a 200.
/// Throws Error: corrupt when a 206 doesn't say.
std::uint64_t body_offset(const http::Response& answer);

/// The ETag header without quotes; empty when there is none.
std::string etag_of(const http::Response& answer);

/// True when the store's answer to an upload names an ETag that can't be of the bytes sent: it looks like an
/// MD5 but is another one. An ETag legitimately isn't the MD5 under SSE-KMS, DSSE and SSE-C (there it is a
/// hash of who knows what, in the same form), and on stores whose ETags aren't 32 hex digits at all.
bool etag_contradicts(const http::Response& answer, std::string_view md5_hex);

}  // namespace s3c::s3
