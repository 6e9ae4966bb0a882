#include "catalog/take_back.h"

#include <optional>
#include <utility>

#include "base/error.h"

namespace s3c::catalog {

std::string what_stands_for_lost(const std::optional<s3::ObjectHead>& archive) {
  return !archive                 ? "its archive is gone"
         : id_of(archive).empty() ? "an object without a volume's id stands at its name"
                                  : "another volume stands at its name";
}

std::string describe_loss(const std::optional<s3::ObjectHead>& archive) {
  return what_stands_for_lost(archive) +
         ", and it was committed. Bring the archive back (an older version, a copy); only if it is lost for "
         "good: catalog forget removes its record";
}

void expect_another_archive(const index::Manifest& manifest, const std::optional<s3::ObjectHead>& archive) {
  const ArchiveIdentity identity = identify(manifest, archive);
  if (identity != ArchiveIdentity::lost_id && identity != ArchiveIdentity::unproven) return;
  throw base::Error(
      base::ErrorKind::damaged,
      "an archive of its size and without an id stands at its name. It may be this volume's: a deep "
      "verify that mends finds out",
      {.operation = "verify", .resource = manifest.archive_bucket + "/" + manifest.archive_key});
}

std::variant<CommittedVolume, TakenBack, LostArchive> take_back(s3::ObjectStore& store, Catalog& catalog,
                                                                const index::Manifest& manifest) {
  // Asked before the abort. Afterwards an upload that was completed looks like one that never was.
  const bool was_committed = !manifest.commit_marks && catalog.was_committed(manifest);
  if (manifest.has_upload())
    store.abort_multipart_upload(catalog.bucket(), manifest.archive_key, manifest.upload_id);
  // A Complete may have landed between the caller's look and the abort; none can land any more.
  const std::optional<s3::ObjectHead> archive = store.head_object(catalog.bucket(), manifest.archive_key);
  if (auto committed = prove_committed(manifest, archive)) return *std::move(committed);
  TakenBack taken{id_of(archive)};
  if (record_id(archive) == manifest.id) {
    // It is the volume's archive, but not as it was sent: the record stays as evidence. Or it is a foreign
    // archive: it proves nothing, and its record stays.
    if (is_as_sent(manifest, archive)) {
      throw base::Error(
          base::ErrorKind::precondition_failed, "the foreign archive is there, so its record stays",
          {.operation = "take back", .resource = catalog.bucket() + "/" + manifest.archive_key});
    }
    throw base::Error(base::ErrorKind::damaged,
                      "the store's size or checksum of the archive is not what was uploaded",
                      {.operation = "verify", .resource = catalog.bucket() + "/" + manifest.archive_key});
  }
  expect_another_archive(manifest, archive);
  const ManifestName name{manifest.archive_key, manifest.id};
  if (was_committed || catalog.has_commit_mark(name)) return LostArchive{describe_loss(archive)};
  // A run may have seen the archive before it went, and may be about to delete sources: Catalog::mark(). We
  // write our mark before we look for the run's mark, so at least one of us sees the other's.
  catalog.put_take_back_mark(manifest);
  if (catalog.has_commit_mark(name)) return LostArchive{describe_loss(archive)};
  catalog.remove(manifest);
  return taken;
}

}  // namespace s3c::catalog
