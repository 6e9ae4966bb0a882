// A run's two stores, which may be one. No code here or below may rely on either.
#pragma once

#include "s3/object_store.h"

namespace s3c::archive {

/// Both outlive every holder of this struct.
struct Stores {
  s3::ObjectStore& source;   ///< has the source bucket
  s3::ObjectStore& archive;  ///< has the archive bucket
};

}  // namespace s3c::archive
