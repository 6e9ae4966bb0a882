// What a store can do beyond plain S3, found out by trying. Stores that are silent or wrong about a power are
// treated as not having it.
#pragma once

#include <string>

#include "archive/options.h"
#include "base/clock.h"
#include "s3/object_store.h"

namespace s3c::archive {

struct StorePowers {
  bool conditional_complete = false;  ///< honours If-None-Match on CompleteMultipartUpload
  bool additional_checksums = false;  ///< takes a FULL_OBJECT CRC32 and tells it again on HEAD
  bool conditional_delete = false;    ///< honours the per-key ETag in DeleteObjects
};

/// Tries each power that options doesn't fix on a small object of its own in the archive bucket and removes
/// it again: about ten requests, none when all three are fixed. Source bucket and archive bucket are taken to
/// be on one store. Blocks; any thread. Throws base::Error when the archive bucket can't be written at all.
StorePowers find_powers(s3::ObjectStore& store, const ArchiveOptions& options, base::Clock& clock);

}  // namespace s3c::archive
