// `catalog forget`: a person removes the record of a volume that was committed and whose archive is lost. No
// other command removes such a record.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "index/manifest.h"
#include "s3/object_store.h"

namespace s3c::upkeep {

/// One record that can be forgotten, or was.
struct ForgottenRecord {
  catalog::ManifestName name;
  std::optional<index::Manifest> manifest;  ///< nullopt: it is already gone, or can't be read
  std::string why;                          ///< one line: what became of its archive
};

/// Finds the records under that name whose archives are lost. HEAD, a listing and HEAD again must agree about
/// what stands there. Blocks; any thread. Throws base::Error: transient when they don't agree;
/// not_found when the name has no record; precondition_failed, saying why, when no record can be forgotten:
/// the archive is there, or an object that may be it, or the volume was never committed; and what the store
/// throws.
std::vector<ForgottenRecord> find_forgettable(s3::ObjectStore& store, const std::string& archive_bucket,
                                              const std::string& archive_key);

/// Looks again, then removes what find_forgettable() finds: manifest, index, and the commit mark last. So a
/// record that was only partly removed is still reported and can be forgotten again. Throws as
/// find_forgettable() does.
std::vector<ForgottenRecord> forget_volume(s3::ObjectStore& store, const std::string& archive_bucket,
                                           const std::string& archive_key);

}  // namespace s3c::upkeep
