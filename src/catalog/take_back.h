// The only way a manifest is ever removed: by the run that lost its race, by a later run and by gc alike.
// (A person has another one: forget.h.)
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "catalog/catalog.h"
#include "catalog/committed_volume.h"
#include "index/manifest.h"
#include "s3/object_store.h"

namespace s3c::catalog {

/// Upload, manifest and index are gone, and the volume can't be committed any more.
struct TakenBack {
  std::string winner_id;  ///< the id at its name now; empty when there is none or the archive is foreign
};

/// The volume was committed once, and its archive is gone or another object stands at its name. Nothing was
/// removed: the record is what is left of it.
struct LostArchive {
  std::string why;  ///< one line
};

/// Why a record whose archive doesn't carry its id is one of a lost archive, for a person to read.
/// archive: what stands at its name.
std::string describe_loss(const std::optional<s3::ObjectHead>& archive);

/// Throws Error: corrupt when the object at the archive's name carries no id and can be this very archive:
/// its record must stay until somebody has read it (verify --deep --mend).
void expect_another_archive(const index::Manifest& manifest, const std::optional<s3::ObjectHead>& archive);

/// Takes back a volume that was not committed when it was looked at: aborts its upload, waits for the
/// acknowledgement, HEADs the archive, and removes manifest and index only if that shows another id and no
/// source was ever deleted on the record's word. Right at any moment and beside anybody: a Complete that was
/// still on its way has landed before that HEAD (then the volume is committed and nothing is removed) or
/// never will, and a run that is about to delete sources sees our mark or we see its. Blocks; any thread.
/// Of a foreign archive nothing is aborted: it had no upload of ours.
/// Throws base::Error: corrupt when the archive carries the id but isn't what the manifest says, and
/// precondition_failed when it is a foreign one that stands (nothing is removed then); and what the store
/// throws: whatever was not removed, a later call removes.
std::variant<CommittedVolume, TakenBack, LostArchive> take_back(s3::ObjectStore& store, Catalog& catalog,
                                                                const index::Manifest& manifest);

}  // namespace s3c::catalog
