// Small questions about text, asked in several layers. Free functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace s3c::base {

/// ASCII letters in lower case; every other byte as it is. HTTP's and S3's names are compared this way.
std::string lower(std::string_view text);

}  // namespace s3c::base
