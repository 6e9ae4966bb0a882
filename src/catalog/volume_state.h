// The state of a volume, derived from its record and its archive: committed, lost, unfinished, damaged. For
// the commands that read, only this code decides it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "catalog/catalog.h"
#include "catalog/volume_listing.h"
#include "index/manifest.h"
#include "s3/object_store.h"

namespace s3c::catalog {

enum class VolumeState {
  committed,    ///< the archive is what its manifest says
  unfinished,   ///< a manifest, or an index, whose archive isn't there or is another run's. Its run still
                ///< works, or was killed; no source was deleted because of it
  lost,         ///< it was committed, and its archive is gone, or another object stands at its name; or only
                ///< its commit mark is left
  lost_id,      ///< the archive is what its manifest says, but carries no id any more: it was copied
  unproven,     ///< the archive may be what its manifest says, but only reading it whole can tell
  replaced,     ///< the archive carries the manifest's id, but not its size or checksum
  no_manifest,  ///< an archive, perhaps with an index, that no manifest names
  unreadable,   ///< the manifest can't be read
  vanished,     ///< the store lists the manifest, but answers 404 when it is read
  no_index,  ///< archive and manifest are as they must be, but the index is gone or has another size: nothing finds
             ///< the members
};

/// The state's name as it is written above; public API.
std::string_view to_string(VolumeState state);

struct VolumeInfo {
  std::string archive_key;
  std::string id;  ///< empty: the archive has no record
  VolumeState state = VolumeState::committed;
  std::string detail;  ///< why it is not committed, on one line
  std::optional<index::Manifest> manifest;
  std::optional<s3::ObjectSummary> archive;    ///< as listed: size, class, thawed or not
  std::optional<base::Error> unreadable = {};  ///< why the manifest can't be read
};

/// Sets state and detail of a volume whose manifest has been read: compares it with its archive. One HEAD; more only
/// if that isn't the manifest's. Any thread. Throws the store's errors.
void compare_with_archive(s3::ObjectStore& store, Catalog& catalog, VolumeInfo& info);

/// Sends one GET for the manifest and one HEAD for the archive: a listing doesn't show the id. Looks again for a
/// manifest that wasn't listed. Any thread.
/// Throws the store's errors, except those that make the manifest unreadable.
VolumeInfo find_state(s3::ObjectStore& store, Catalog& catalog, const ListedVolume& volume);

}  // namespace s3c::catalog
