// Ranges of an archive, for a reader of its ZIP.
#pragma once

#include <string>

#include "s3/object_store.h"
#include "zip/reader.h"

namespace s3c::catalog {

/// Each call of the result sends one GET, which fails if the archive isn't the one with this ETag any more. store
/// outlives the result. Any thread. The calls throw the store's errors.
zip::Reader::ReadAt ranges_of(s3::ObjectStore& store, std::string archive_bucket, std::string archive_key,
                              std::string etag);

}  // namespace s3c::catalog
