// `catalog rebuild`: makes manifest and index again out of a volume, when the catalog was lost. The volume's
// last entry is the index, and its metadata has the id; nothing else is needed. It also makes the records of
// a foreign archive, which has neither. These hold only what a ZIP has.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/memory_budget.h"
#include "catalog/catalog_scope.h"
#include "catalog/foreign_index.h"
#include "s3/object_store.h"
#include "upkeep/unrecorded.h"

namespace s3c::upkeep {

struct RebuildOptions {
  catalog::CatalogScope scope;  ///< its bucket must be set: the manifest says whose objects they were
  std::string tool_version;
  std::uint64_t memory_bytes = std::uint64_t{192} << 20;
};

/// Throws base::Error (invalid_argument) naming the option when a value is missing or can't work.
void validate(const RebuildOptions& options);

struct Rebuilt {
  std::string archive_key;
  std::uint64_t objects = 0;
  bool index_written = false;  ///< false: the same index was already there
  bool manifest_written = false;
  bool mark_written = false;                        ///< the commit mark
  std::optional<catalog::UnlistedEntries> foreign;  ///< set for a foreign archive: its entries without a row
};

/// Reads the whole volume, makes its index and manifest, and writes those that are missing. Never overwrites
/// anything. Some values were known only to the run that made the volume: the upload's id becomes "rebuilt",
/// the part size one that fits. A foreign archive (a ZIP that carries no id) is read twice: for its index,
/// then to be audited like any other. Its name must be that of a group, and its keys are the names of its
/// entries. Blocks; any thread. If manifest and index are there and right and only the commit mark isn't,
/// writes that, and reads nothing. Throws base::Error: not_found when there is no archive; unsupported for a
/// copy of a volume, and as index_foreign() does; damaged when a byte isn't as its index says, each time it
/// is read, or when something else stands at a record's name (a foreign archive that is no whole ZIP is
/// unsupported); invalid_argument when its name or its members aren't those of a group, and when --memory is
/// too small for a foreign archive; and what the store throws (code InvalidObjectState: thaw it first).
Rebuilt rebuild_records(s3::ObjectStore& store, const RebuildOptions& options, const std::string& archive_key,
                        base::Clock& clock);

/// What rebuild_records() would make; nullopt: everything is there. Changes nothing, and makes the same checks as far
/// as the metadata, the records and the end of the archive show. Throws as it does.
std::optional<UnrecordedArchive> foresee_rebuild(s3::ObjectStore& store, const RebuildOptions& options,
                                                 const std::string& archive_key);

}  // namespace s3c::upkeep
