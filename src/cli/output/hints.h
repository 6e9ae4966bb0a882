// What a person can do about an error. Any thread. Where a request was denied, AWS STS may be asked once whose
// the credentials are (ErrorContext::caller).
#pragma once

#include <string>

#include "base/error.h"

namespace s3c::cli {

/// One or two sentences, without a full stop at the end. Empty when a hint would add nothing to the error's
/// message.
std::string hint_for(const base::Error& error);

}  // namespace s3c::cli
