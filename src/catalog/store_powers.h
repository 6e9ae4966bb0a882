// What a store can do beyond plain S3. It is found out by trying on a small object of our own. If a store
// gives no answer or a wrong one about a power, it counts as not having it. What the source's store does with
// the condition of a delete is found out in the source bucket, by the run's first deletes: batch_delete.h.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "s3/object_store.h"

namespace s3c::catalog {

struct StorePowers {
  /// Honours If-None-Match on CompleteMultipartUpload, also when two requests arrive at once.
  bool conditional_complete = false;
  bool additional_checksums = false;  ///< takes a FULL_OBJECT CRC32 and returns it on HEAD
  /// False: the store refuses If-None-Match on CompleteMultipartUpload as unknown.
  bool takes_complete_condition = true;
  /// Of two conditional Completes at once, one was refused. That alone doesn't make conditional_complete true.
  bool holds_complete_condition = false;
  /// False: ListMultipartUploads shows an upload only when its whole key is given as the prefix.
  bool lists_uploads_by_prefix = true;
};

/// The powers that the user states. Such a power isn't tried. nullopt: it is found out.
struct FixedPowers {
  std::optional<bool> conditional_complete, additional_checksums;
};

/// Tries each power that isn't fixed, and always check_aborts(), on one small object in the archive bucket,
/// and removes it again: 15 to 19 requests, 9 or 10 when both powers
/// are fixed. A trial can only show that
/// conditional_complete is missing. It counts as present only if the store is also known to have it
/// (ObjectStore::completes_atomically()). Blocks; any thread; starts two threads of its own. Throws
/// base::Error as check_aborts() does.
StorePowers find_powers(s3::ObjectStore& archive, const std::string& archive_bucket, const FixedPowers& fixed,
                        const std::stop_token& stop);

/// Finds out StorePowers::lists_uploads_by_prefix alone. Starts an upload at a key of its own, which begins with
/// probe_key(id), looks for it, and aborts it: 3 or 4 requests. Nothing stands at that key, so the abort is
/// harmless on any store. Blocks; any thread. Throws what the store throws; then the upload is left to gc.
bool probe_upload_listing(s3::ObjectStore& store, const std::string& bucket, std::string_view id);

/// Checks that the store's AbortMultipartUpload leaves finished objects alone. Clean-up aborts uploads to
/// names at which archives may stand. So a store whose aborts remove finished objects must not be used. Makes
/// a small object, aborts its upload and another one to the same name, looks whether the object is still
/// there, and removes it: 8 requests. not_done: what an error says was not done, such as "nothing was
/// archived". id: the object's keys begin with probe_key(id). Blocks; any thread. Throws base::Error:
/// unsupported when the object is gone; transient when another process (gc) keeps removing the probe's
/// uploads; cancelled when stop is requested, and then leaves the object and its uploads to gc; access_denied
/// when the object can't be removed; and what the store throws.
void check_aborts(s3::ObjectStore& store, const std::string& bucket, std::string_view id,
                  std::string_view not_done, const std::stop_token& stop);

/// Finds out whether a store tells which objects have tags. Writes a small object with a tag below the catalog's folder for probes, reads it, and removes it: three
/// requests. False: the answer to its GET has no number of tags, or that can't be found out, for example
/// because the credentials may not write tags. Blocks; any thread. Throws base::Error: cancelled when stop is
/// requested; throttled and transient when the store is in trouble.
bool tells_tag_counts(s3::ObjectStore& store, const std::string& bucket, const std::stop_token& stop);

}  // namespace s3c::catalog
