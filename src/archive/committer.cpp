#include "archive/committer.h"

#include <exception>
#include <utility>

#include "base/encoding.h"
#include "catalog/take_back.h"
#include "s3/delete_marker.h"

namespace s3c::archive {

using base::Error;
using base::ErrorKind;

namespace {

/// no_upload (S3's NoSuchUpload): a faster run has aborted the upload (step 5b).
bool tells_of_lost_race(const Error& error) {
  return error.kind() == ErrorKind::precondition_failed || error.kind() == ErrorKind::no_upload;
}

/// No other run won: the store refuses the condition of step 6, which must be sent. No later pass would fare
/// better.
Error refusal_over_marker(const index::Manifest& manifest) {
  return {
      ErrorKind::unsupported,
      "this store refuses to complete an archive where a delete marker stands (it answers 412): remove the "
      "delete marker, or give the archives another name",
      {.operation = "CompleteMultipartUpload",
       .resource = manifest.archive_bucket + "/" + base::printable(manifest.archive_key)}};
}

}  // namespace

std::variant<Commit, LostRace> Committer::commit(const SealedVolume& volume) {
  const index::Manifest& manifest = volume.manifest;
  try {
    // 5: the store has acknowledged the whole record before the archive can become visible.
    catalog_.put_index(manifest, volume.index.gz.view(), powers_.additional_checksums);
    catalog_.put_manifest(manifest);
  } catch (const Error& error) {
    // Each PUT may have taken effect although it failed. settle() takes the volume back, unless the archive
    // proves that it is committed.
    return settle(manifest, error);
  }
  // 5b: this store would let two Completes succeed. So the uploads of the other runs must be stopped first.
  if (!powers_.conditional_complete && !fence_others(manifest)) return settle(manifest, std::nullopt);
  // 6: Only what step 7 finds counts, whatever Complete answers.
  return settle(manifest, complete(volume));
}

std::optional<s3::ObjectHead> Committer::head_archive(const index::Manifest& manifest) {
  return store_.head_object(manifest.archive_bucket, manifest.archive_key);
}

bool Committer::fence_others(const index::Manifest& manifest) {
  for (const catalog::ManifestName& other : catalog_.list_volume(manifest.archive_key)) {
    if (other.id == manifest.id) continue;
    try {
      const index::Manifest theirs = catalog_.read_manifest(other);
      if (theirs.is_foreign()) continue;  // it has no upload; the HEAD below sees its archive
      if (catalog::prove_committed(theirs, head_archive(manifest))) return false;
      log_.debug("fencing the upload of {} at {}", other.id, other.archive_key);
      store_.abort_multipart_upload(manifest.archive_bucket, manifest.archive_key, theirs.upload_id);
    } catch (const Error& error) {
      // not_found: the other run has aborted its upload and taken its record back.
      if (error.kind() != ErrorKind::not_found) throw;
    }
  }
  return !head_archive(manifest).has_value();
}

std::optional<Error> Committer::complete(const SealedVolume& volume) {
  try {
    store_.complete_multipart_upload(complete_request(volume, powers_));
    return std::nullopt;
  } catch (const Error& error) {
    return error;
  }
}

std::variant<Commit, LostRace> Committer::settle(const index::Manifest& manifest,
                                                 std::optional<Error> error) {
  // 7: HEAD shows what stands at that name.
  const base::Timestamp now = clock_.now();
  const std::optional<s3::ObjectHead> archive = head_archive(manifest);
  if (auto committed = catalog::prove_committed(manifest, archive)) return Commit{*std::move(committed), now};
  auto outcome = catalog::take_back(store_, catalog_, manifest);
  if (auto* committed = std::get_if<catalog::CommittedVolume>(&outcome))
    return Commit{std::move(*committed), now};
  const auto* taken = std::get_if<catalog::TakenBack>(&outcome);
  // Otherwise another run marked this volume as committed, and then its archive was lost. The next pass names
  // it as lost.
  LostRace lost{taken != nullptr ? taken->winner_id : "", std::nullopt};
  if (error && !tells_of_lost_race(*error)) {
    lost.error = std::move(error);
  } else if (error && error->kind() == ErrorKind::precondition_failed && lost.winner_id.empty() &&
             s3::is_hidden_by_marker(store_, manifest.archive_bucket, manifest.archive_key)) {
    lost.error = refusal_over_marker(manifest);
  }
  return lost;
}

}  // namespace s3c::archive
