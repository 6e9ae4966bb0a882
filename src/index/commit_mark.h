// The small objects beside a manifest that say how far its volume came: docs/format.md, "Marks". Free
// function, any thread.
#pragma once

#include <string>

#include "index/manifest.h"

namespace s3c::index {

/// The JSON text of a mark: it names the volume. The bytes are the same each time it is written, because a
/// mark says nothing more than that it is there.
std::string mark_json(const Manifest& manifest);

}  // namespace s3c::index
