// A run's two stores. Today both are always the same store. No code here or below may rely on that.
#pragma once

#include "s3/object_store.h"

namespace s3c::archive {

/// Both outlive every holder of this struct.
struct Stores {
  s3::ObjectStore& source;   ///< has the source bucket
  s3::ObjectStore& archive;  ///< has the archive bucket
};

}  // namespace s3c::archive
