#include "archive/take_back.h"

#include <optional>
#include <utility>

#include "base/error.h"

namespace s3c::archive {

std::variant<CommittedVolume, TakenBack> take_back(s3::ObjectStore& store, Catalog& catalog,
                                                   const index::Manifest& manifest) {
  // A foreign archive's record came after it: there is no upload of it that could still be completed.
  if (!manifest.is_foreign())
    store.abort_multipart_upload(catalog.bucket(), manifest.archive_key, manifest.upload_id);
  // A Complete may have landed between the caller's look and the abort; none can land any more.
  const std::optional<s3::ObjectHead> archive = store.head_object(catalog.bucket(), manifest.archive_key);
  if (auto committed = prove_committed(manifest, archive)) return *std::move(committed);
  TakenBack taken{id_of(archive)};
  if (record_id(archive) == manifest.id) {
    // Its archive, but not as it was sent. The evidence stays. Or a foreign one, which proves nothing.
    if (is_as_sent(manifest, archive)) {
      throw base::Error(
          base::ErrorKind::precondition_failed, "the foreign archive is there, and so its record stays",
          {.operation = "take back", .resource = catalog.bucket() + "/" + manifest.archive_key});
    }
    throw base::Error(base::ErrorKind::corrupt,
                      "the store's size or checksum of the archive is not what was uploaded",
                      {.operation = "verify", .resource = catalog.bucket() + "/" + manifest.archive_key});
  }
  if (const ArchiveIdentity identity = identify(manifest, archive);
      identity == ArchiveIdentity::lost_id || identity == ArchiveIdentity::unproven) {
    throw base::Error(
        base::ErrorKind::corrupt,
        "an archive of its size stands there without an id, and can be this one: verify --deep --mend",
        {.operation = "verify", .resource = catalog.bucket() + "/" + manifest.archive_key});
  }
  catalog.remove(manifest);
  return taken;
}

}  // namespace s3c::archive
