#include "upkeep/gc_changes.h"

#include <utility>

#include "base/error.h"
#include "catalog/committed_volume.h"

namespace s3c::upkeep {

GcChanges::TakeBackOutcome GcRemover::take_back(const index::Manifest& manifest) {
  if (manifest.has_upload()) expect_harmless_aborts();
  return catalog::take_back(store_, catalog_, manifest);
}

void GcRemover::abort(const s3::MultipartUpload& upload) {
  expect_harmless_aborts();
  store_.abort_multipart_upload(catalog_.bucket(), upload.key, upload.upload_id);
}

void GcRemover::expect_harmless_aborts() {
  try {
    abort_probe_.expect_harmless();
  } catch (const base::Error& error) {
    tally_.set_abort_failure(error);
    throw;
  }
}

/// Predicts what catalog::take_back() would find.
GcChanges::TakeBackOutcome GcForesight::take_back(const index::Manifest& manifest) {
  const bool was_committed = catalog_.was_committed(manifest);
  const auto archive = store_.head_object(catalog_.bucket(), manifest.archive_key);
  if (auto committed = catalog::prove_committed(manifest, archive)) return *std::move(committed);
  catalog::expect_another_archive(manifest, archive);
  if (was_committed) return catalog::LostArchive{catalog::describe_loss(archive)};
  return catalog::TakenBack{catalog::id_of(archive)};
}

}  // namespace s3c::upkeep
