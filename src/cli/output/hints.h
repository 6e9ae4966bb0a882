// What a person can do about an error. Pure function, any thread.
#pragma once

#include <string>

#include "base/error.h"

namespace s3c::cli {

/// One or two sentences, without a full stop at the end. Empty when a hint would add nothing to the error's
/// message.
std::string hint_for(const base::Error& error);

}  // namespace s3c::cli
