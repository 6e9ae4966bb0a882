// The small objects beside a manifest that say how far its volume came: docs/format.md, "Marks". Free
// function, any thread.
#pragma once

#include <string>

#include "index/manifest.h"

namespace s3c::index {

/// The JSON text of a mark: which volume it is about. The same bytes each time it is written: that a mark is
/// there is all that it says.
std::string mark_json(const Manifest& manifest);

}  // namespace s3c::index
