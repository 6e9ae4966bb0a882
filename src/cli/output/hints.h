// What a person can do about an error. Pure function, any thread.
#pragma once

#include <string>

#include "base/error.h"

namespace s3c::cli {

/// One sentence without a full stop; empty when there is nothing better to say than the error itself.
std::string hint_for(const base::Error& error);

}  // namespace s3c::cli
