// Values of request headers as text. Pure functions, any thread.
#pragma once

#include <string>

#include "s3/types.h"

namespace s3c::s3 {

/// An ETag as conditions want it: with quotes.
std::string quoted(const std::string& etag);

/// "bytes=0-99", as Range and x-amz-copy-source-range want it. Throws Error: invalid_argument for an empty
/// range, which HTTP can't say.
std::string range_header(const ByteRange& range);

}  // namespace s3c::s3
