// The proof that a volume is committed. Only prove_committed() can make one. Only a proven volume's record is
// marked, and only code that holds a marked volume can delete source objects. So the compiler keeps promises
// 1 and 8.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "index/manifest.h"
#include "s3/types.h"

namespace s3c::catalog {

/// Where an archive object carries its volume's id: user metadata, sent as x-amz-meta-s3compress-id.
inline constexpr const char* kIdMetadata = "s3compress-id";

/// A volume whose archive the store itself has confirmed. Immutable value.
class CommittedVolume {
 public:
  const index::Manifest& manifest() const { return manifest_; }
  /// What the store told of the archive when it was proven.
  const s3::ObjectHead& archive() const { return archive_; }

 private:
  CommittedVolume(index::Manifest manifest, s3::ObjectHead archive)
      : manifest_(std::move(manifest)), archive_(std::move(archive)) {}
  friend std::optional<CommittedVolume> prove_committed(const index::Manifest& manifest,
                                                        const std::optional<s3::ObjectHead>& archive);

  index::Manifest manifest_;
  s3::ObjectHead archive_;
};

/// A committed volume whose record no program removes any more: it has its commit mark, and no process was
/// taking it back. Only Catalog::mark() makes one. Source objects are deleted only with one. Immutable value.
class MarkedVolume {
 public:
  const index::Manifest& manifest() const { return volume_.manifest(); }

 private:
  explicit MarkedVolume(CommittedVolume volume) : volume_(std::move(volume)) {}
  friend class Catalog;

  CommittedVolume volume_;
};

/// How the object at an archive's name relates to a manifest, as far as the store's answers show.
enum class ArchiveIdentity {
  as_sent,   ///< it carries the id, and has the size and a checksum of the manifest
  lost_id,   ///< it carries no id, but size and checksum prove that it is this archive: somebody copied it
  unproven,  ///< the size is right, but the store returns nothing to compare: only reading it can tell
  replaced,  ///< it carries the id, but has another size or checksum
  other,     ///< it isn't there, carries another id, or carries none and isn't this archive
};

/// The only function that compares a manifest with the object at its archive's name. object: what HEAD (or a
/// GET of the whole object) said. Compares the CRC-32 and the CRC64NVME that the manifest has, each only if
/// the store's value is of the whole object. Without either it compares the ETag; a different ETag counts
/// only where it is made of MD5s and of the same parts. A missing value never counts as a match. The record
/// of a foreign archive has an id that is made of ETag and size (record_id()), so such an archive can't lose
/// its id.
ArchiveIdentity identify(const index::Manifest& manifest, const std::optional<s3::ObjectHead>& object);

/// What readers say of an unproven archive, on one line.
inline constexpr const char* kUnprovenArchive =
    "the archive can't be proven without reading: the store tells nothing of it that could be compared "
    "with its manifest. A deep verify that mends reads it whole and gives it its id back";

/// Whether identify() says as_sent.
bool is_as_sent(const index::Manifest& manifest, const std::optional<s3::ObjectHead>& object);

/// archive: what HEAD said of the object at the archive's own name. nullopt when is_as_sent() is false: the
/// archive is absent, belongs to another volume, or isn't what the manifest says. Always nullopt for the
/// record of a foreign archive: nobody can know which objects its members were, so it proves nothing about
/// any object.
std::optional<CommittedVolume> prove_committed(const index::Manifest& manifest,
                                               const std::optional<s3::ObjectHead>& archive);

/// The id that an archive carries; empty when there is no archive or it is foreign. The commit protocol asks
/// this to learn which volume has the name.
std::string id_of(const std::optional<s3::ObjectHead>& archive);

/// The id of the archive's record: the id that the archive carries. For a foreign archive it is made of its
/// ETag and size (docs/format.md, "Foreign archives"). Readers compare this id with a manifest's. Empty when
/// there is no archive, or a foreign one without ETag. archive: what HEAD or any GET said.
std::string record_id(const std::optional<s3::ObjectHead>& archive);

/// Whether a record of that id is of a foreign archive. Such a record has no upload, so no run can still
/// commit it.
bool is_foreign_id(std::string_view id);

}  // namespace s3c::catalog
