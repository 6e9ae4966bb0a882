// The only way to a manifest's removal without a person's word. The run that lost its race, a later run and gc
// all use it. (upkeep/forget.h removes what a person names.)
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "catalog/catalog.h"
#include "catalog/committed_volume.h"
#include "index/manifest.h"
#include "s3/object_store.h"

namespace s3c::catalog {

/// The upload, the manifest and the index are gone. The volume can't be committed any more.
struct TakenBack {
  std::string winner_id;  ///< id of the object at its name now; empty: no object, or one without an id
};

/// The volume was committed once. Now its archive is gone, or another object stands at its name. Nothing was
/// removed: the record is what is left of the volume.
struct LostArchive {
  std::string why;  ///< one line
};

/// What is at the name of a lost archive, for a person to read: "its archive is gone". archive: as of describe_loss().
std::string what_stands_for_lost(const std::optional<s3::ObjectHead>& archive);
/// Why a record is one of a lost archive, and what to do, for a person to read. archive: what stands at the archive's name.
/// It doesn't carry the record's id.
std::string describe_loss(const std::optional<s3::ObjectHead>& archive);

/// Throws Error: damaged when the object at the archive's name carries no id and may be this very archive.
/// Then the record must stay until somebody has read the object whole (verify --deep --mend).
void expect_another_archive(const index::Manifest& manifest, const std::optional<s3::ObjectHead>& archive);

/// Takes back a volume that was not committed at the last look. Aborts its upload, waits for the
/// acknowledgement, and HEADs the archive. Removes manifest and index only if the archive doesn't carry the
/// id and no source was ever deleted because of the record.
/// Safe at any moment and beside any other process. A Complete that was still on its way has landed before
/// that HEAD (then the volume is committed and nothing is removed) or never will. A run that is about to
/// delete sources sees our mark, or we see its mark. Blocks; any thread. For a foreign archive nothing is
/// aborted: it had no upload of ours.
/// Throws base::Error: damaged when the archive carries the id but isn't what the manifest says, or carries
/// no id and may be this very archive; precondition_failed when a foreign archive is still there (nothing is
/// removed in these cases); and what the store throws. A later call removes what this one did not.
std::variant<CommittedVolume, TakenBack, LostArchive> take_back(s3::ObjectStore& store, Catalog& catalog,
                                                                const index::Manifest& manifest);

}  // namespace s3c::catalog
