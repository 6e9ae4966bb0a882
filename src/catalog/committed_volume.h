// The proof that a volume is the truth. Only prove_committed() can make one, only its record is marked, and
// only code that holds a marked one can delete source objects: so the compiler keeps promises 1 and 8.
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

 private:
  explicit CommittedVolume(index::Manifest manifest) : manifest_(std::move(manifest)) {}
  friend std::optional<CommittedVolume> prove_committed(const index::Manifest& manifest,
                                                        const std::optional<s3::ObjectHead>& archive);

  index::Manifest manifest_;
};

/// A committed volume whose record no program removes any more: it has its commit mark, and nobody was taking
/// it back. Only Catalog::mark() makes one, and source objects are deleted only out of one. Immutable value.
class MarkedVolume {
 public:
  const index::Manifest& manifest() const { return volume_.manifest(); }

 private:
  explicit MarkedVolume(CommittedVolume volume) : volume_(std::move(volume)) {}
  friend class Catalog;

  CommittedVolume volume_;
};

/// What the object at an archive's name is to a manifest, as far as the store's word goes.
enum class ArchiveIdentity {
  as_sent,   ///< it carries the id, and has the size and a checksum that the manifest says
  lost_id,   ///< it carries no id, but size and checksum prove that it is this archive: somebody copied it
  unproven,  ///< the size is right, and nothing that the store tells can be compared: only reading it tells
  replaced,  ///< it carries the id, but has another size or checksum
  other,     ///< it isn't there, carries another id, or none and isn't this archive
};

/// The one place that compares a manifest with what HEAD (or a GET of the whole object) said of the object at
/// its name. What counts for a checksum, each only if it is of the whole object: the CRC-32 and the CRC64NVME
/// that the manifest has; without either the ETag, where it is made of MD5s and of the same parts. Silence is
/// never taken for a yes. The record of a foreign archive has an id that is made of ETag and size
/// (record_id()): such an archive can't lose it.
ArchiveIdentity identify(const index::Manifest& manifest, const std::optional<s3::ObjectHead>& object);

/// What readers say of an unproven one, on one line.
inline constexpr const char* kUnprovenArchive =
    "the archive can't be proven without reading: the store tells nothing of it that its manifest could be "
    "compared with. verify --deep --mend reads it whole and gives it its id back";

/// Whether identify() says as_sent.
bool is_as_sent(const index::Manifest& manifest, const std::optional<s3::ObjectHead>& object);

/// archive: what HEAD said of the object at the archive's own name. nullopt: is_as_sent() is false, because
/// it is absent, somebody else's, or not what the manifest promises; and for the record of a foreign archive
/// always: which objects its members were can't be known, so it proves nothing of any.
std::optional<CommittedVolume> prove_committed(const index::Manifest& manifest,
                                               const std::optional<s3::ObjectHead>& archive);

/// The id an archive carries; empty when there is no archive or it is foreign. What the commit protocol asks:
/// whose is the name?
std::string id_of(const std::optional<s3::ObjectHead>& archive);

/// The id that the archive's record has: the one it carries, and for a foreign archive one that is made of
/// its ETag and size (docs/format.md, "Foreign archives"). What readers compare with a manifest's. Empty when
/// there is no archive, or a foreign one without ETag. archive: of HEAD or of any GET.
std::string record_id(const std::optional<s3::ObjectHead>& archive);

/// Whether a record of that id is of a foreign archive: nobody uploads, so nobody can still commit it.
bool is_foreign_id(std::string_view id);

}  // namespace s3c::catalog
