#include "archive/delete_license.h"

namespace s3c::archive {

void DeleteLicense::renew() {
  base::MutexLock lock(mutex_);  // held during HEAD: the other threads need its answer, too
  if (revoked_) throw *revoked_;
  // If the clock was set back, the age is unknown, and the proof counts as old.
  const base::Timestamp now = clock_.now();
  if (proven_at_ && now >= *proven_at_ && now - *proven_at_ <= kMaxAge) return;
  prove();
  proven_at_ = now;  // when the look began, not when it was answered
}

void DeleteLicense::prove() {
  const index::Manifest& manifest = volume_.manifest();
  if (catalog::prove_committed(manifest,
                               stores_.archive.head_object(manifest.archive_bucket, manifest.archive_key)))
    return;
  revoked_ =
      base::Error(base::ErrorKind::damaged,
                  "the archive was removed or replaced after its commit: no more of its source objects "
                  "are deleted, and its manifest stays",
                  {.operation = "verify", .resource = manifest.archive_bucket + "/" + manifest.archive_key});
  throw *revoked_;
}

std::vector<s3::DeleteResult> DeleteLicense::delete_objects(const std::vector<s3::DeleteItem>& items,
                                                            s3::ObjectStore::Resend resend) {
  renew();
  return stores_.source.delete_objects(volume_.manifest().source_bucket, items, resend);
}

s3::DeleteResult DeleteLicense::delete_object(const s3::DeleteItem& item, s3::ObjectStore::Resend resend) {
  renew();
  return stores_.source.delete_object(volume_.manifest().source_bucket, item, resend);
}

}  // namespace s3c::archive
