// What a store can do beyond plain S3, found out by trying on a small object of its own. Stores that are
// silent or wrong about a power are treated as not having it. What the source's store does with the condition
// of a delete is found out there, by the run's first deletes: batch_delete.h.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "s3/object_store.h"

namespace s3c::catalog {

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

/// Tries each power that isn't fixed, and always check_aborts(), on one small object in the archive
/// bucket, and removes it again: 14 to 17 requests, 8 when both powers are fixed. Of conditional_complete
/// trying can only find out that it isn't there: it counts as there only if the store is known for it as well
/// (ObjectStore::completes_atomically()). Blocks; any thread; starts two of its own. Throws base::Error as
/// check_aborts() does.
StorePowers find_powers(s3::ObjectStore& archive, const std::string& archive_bucket, const FixedPowers& fixed,
                        const std::stop_token& stop);

/// Whether a store's AbortMultipartUpload leaves finished objects alone. Clean-up aborts uploads to names at
/// which archives may stand: a store where it doesn't must not be used. Makes a small object, aborts its
/// upload and another one to the same name, looks whether the object is still there, and removes it: 8
/// requests. not_done: what an error says, such as "nothing was archived". id: the object's keys begin with
/// probe_key(id). Blocks; any thread. Throws base::Error: unsupported when the object is gone; transient when
/// another process (gc) keeps removing the probe's uploads; cancelled when stop is requested, and then leaves
/// the object and its uploads to gc; access_denied when the object can't be removed; and what the store
/// throws.
void check_aborts(s3::ObjectStore& store, const std::string& bucket, std::string_view id,
                  std::string_view not_done, const std::stop_token& stop);

}  // namespace s3c::catalog
