// What the archive's store can do beyond plain S3, found out by trying. Stores that are silent or wrong about
// a power are treated as not having it. What the source's store does with the condition of a delete is found
// out there, by the run's first deletes: batch_delete.h.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "s3/object_store.h"

namespace s3c::archive {

struct StorePowers {
  /// Honours If-None-Match on CompleteMultipartUpload, also of two that arrive at once.
  bool conditional_complete = false;
  bool additional_checksums = false;  ///< takes a FULL_OBJECT CRC32 and tells it again on HEAD
  /// False: refuses If-None-Match on CompleteMultipartUpload as something that it doesn't know.
  bool takes_complete_condition = true;
};

/// What the user says of a store: such a power isn't tried. nullopt: found out.
struct FixedPowers {
  std::optional<bool> conditional_complete, additional_checksums;
};

/// Tries each power that isn't fixed on a small object of its own in the archive bucket and removes
/// it again: about fifteen requests, none when both are fixed. Of conditional_complete trying can only find
/// out that it isn't there: it counts as there only if the store is known for it as well
/// (ObjectStore::completes_atomically()). Blocks; any thread; starts two of its own. Throws base::Error when
/// the archive bucket can't be written at all.
StorePowers find_powers(s3::ObjectStore& archive, const std::string& archive_bucket, const FixedPowers& fixed,
                        base::Clock& clock);

}  // namespace s3c::archive
