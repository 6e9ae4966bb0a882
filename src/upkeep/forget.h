// `catalog forget`: a person removes the record of a volume that was committed and whose archive is lost.
// Nothing else ever does.
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
  std::optional<index::Manifest> manifest;  ///< nullopt: it is gone already, or can't be read
  std::string why;                          ///< what became of its archive; one line
};

/// The records under that name whose archives are lost. Blocks; any thread. Throws base::Error: not_found
/// when there is no record of that name; precondition_failed, saying why, when there is none to forget: the
/// archive is there, or something that may be it, or nothing was ever committed; and what the store throws.
std::vector<ForgottenRecord> find_forgettable(s3::ObjectStore& store, const std::string& archive_bucket,
                                              const std::string& archive_key);

/// Looks again, and removes what find_forgettable() finds: manifest, index, and the commit mark last, so that
/// a record of which only a part went is still named and can be forgotten again. Throws as that does.
std::vector<ForgottenRecord> forget_volume(s3::ObjectStore& store, const std::string& archive_bucket,
                                           const std::string& archive_key);

}  // namespace s3c::upkeep
