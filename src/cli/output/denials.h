// What a store that answered AccessDenied would have to allow. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace s3c::cli {

/// "bucket" of the error's resource "bucket/key", or an access point's ARN.
std::string bucket_of(const base::Error& error);

/// Who asks if nothing is signed.
inline constexpr std::string_view kEverybody = "everybody";

/// Who isn't allowed which action on which ARN, and what to do; one sentence each. Who is asked of STS
/// (ErrorContext::caller), which may take some seconds. Empty: the error's own message says all of it.
std::string denial_hint(const base::Error& error);

}  // namespace s3c::cli
