// An unfinished volume of which another process removed something. Free functions, any thread.
#pragma once

#include <string_view>

#include "base/error.h"

namespace s3c::archive {

/// The operation that cleared() names in its error.
inline constexpr std::string_view kMakeVolume = "make volume";

/// Whether the error says that another process (gc, a lifecycle rule, a run that was faster) removed the
/// unfinished upload or the staging copy. Nothing is lost: the run makes the volume again.
bool was_cleared(const base::Error& error);

/// The error to report for that. It is transient. So a run that meets it again and again ends like a run that
/// loses its races.
base::Error cleared(base::ErrorContext context);

}  // namespace s3c::archive
