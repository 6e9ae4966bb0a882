#include "archive/committer.h"

#include <exception>
#include <utility>

#include "catalog/take_back.h"

namespace s3c::archive {

using base::Error;
using base::ErrorKind;

namespace {

/// NoSuchUpload: somebody who was faster has aborted it (5b).
bool tells_of_lost_race(const Error& error) {
  return error.kind() == ErrorKind::precondition_failed || error.kind() == ErrorKind::no_upload;
}

}  // namespace

std::variant<Commit, LostRace> Committer::commit(const SealedVolume& volume) {
  const index::Manifest& manifest = volume.manifest;
  try {
    // 5: the whole record is there and acknowledged before the archive can become visible.
    catalog_.put_index(manifest, volume.index.gz_bytes(), powers_.additional_checksums);
    catalog_.put_manifest(manifest);
  } catch (const Error& error) {
    // Either PUT may have had its effect. Taken back, or proven by somebody's miracle: settle() knows.
    return settle(manifest, error);
  }
  // 5b: a store that would let two Completes succeed needs the others stopped first.
  if (!powers_.conditional_complete && !fence_others(manifest)) return settle(manifest, std::nullopt);
  // 6: Whatever it answers, only what 7 finds counts.
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
      if (theirs.is_foreign()) continue;  // nobody uploads it; if it stands, the HEAD below sees it
      if (catalog::prove_committed(theirs, head_archive(manifest))) return false;
      log_.debug("fencing the upload of {} at {}", other.id, other.archive_key);
      store_.abort_multipart_upload(manifest.archive_bucket, manifest.archive_key, theirs.upload_id);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::not_found)
        throw;  // its owner took it back meanwhile, after an abort of its own
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
  // 7: the store's own word on what stands at that name.
  const base::Timestamp now = clock_.now();
  if (auto committed = catalog::prove_committed(manifest, head_archive(manifest)))
    return Commit{*std::move(committed), now};
  auto outcome = catalog::take_back(store_, catalog_, manifest);
  if (auto* committed = std::get_if<catalog::CommittedVolume>(&outcome))
    return Commit{std::move(*committed), now};
  const auto* taken = std::get_if<catalog::TakenBack>(&outcome);
  // Otherwise another run was committing it for us, and then its archive was lost: the next pass names it.
  LostRace lost{taken != nullptr ? taken->winner_id : "", std::nullopt};
  if (error && !tells_of_lost_race(*error)) lost.error = std::move(error);
  return lost;
}

}  // namespace s3c::archive
