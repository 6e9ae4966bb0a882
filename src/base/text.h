// Small text functions that several layers need. Free functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace s3c::base {

/// ASCII letters become lower case; every other byte stays. Names of HTTP and S3 are compared this way.
std::string lower(std::string_view text);

}  // namespace s3c::base
