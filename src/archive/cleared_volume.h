// A volume in the making of which another process removed something. Free functions, any thread.
#pragma once

#include <string_view>

#include "base/error.h"

namespace s3c::archive {

/// The operation that cleared() tells of.
inline constexpr std::string_view kMakeVolume = "make volume";

/// Whether the error says that another process (gc, a lifecycle rule, a run that was faster) removed the
/// unfinished upload or the staging copy that was worked on. Nothing is lost by that: it is made
/// again.
bool was_cleared(const base::Error& error);

/// The same, for whoever reads it: transient, so that a run which meets it again and again ends like one that
/// loses its races.
base::Error cleared(base::ErrorContext context);

}  // namespace s3c::archive
