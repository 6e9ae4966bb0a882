// Whether a store's AbortMultipartUpload leaves finished objects alone. Clean-up aborts uploads to names at
// which archives may stand, and so does a mend that fails: a store where it doesn't must not be used.
#pragma once

#include <string>

#include "s3/object_store.h"

namespace s3c::archive {

/// Makes a small object by a multipart upload, aborts that upload and another one to the same name, and looks
/// whether the object is still there; then removes it. Eight requests, whatever else is known of the store.
/// Blocks; any thread. Throws base::Error: unsupported when the object is gone; and what the store throws.
void check_aborts(s3::ObjectStore& store, const std::string& archive_bucket);

}  // namespace s3c::archive
