// `s3compress catalog rebuild`: manifest and index made again out of a volume, when the catalog was lost. The
// volume's last entry is the index, its metadata has the id; nothing else is needed. And records of a foreign
// archive, which has neither, as far as a ZIP tells what they say.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/memory_budget.h"
#include "catalog/catalog_scope.h"
#include "catalog/foreign_index.h"
#include "s3/object_store.h"

namespace s3c::upkeep {

struct RebuildOptions {
  catalog::CatalogScope scope;  ///< with a bucket: the manifest says whose objects they were
  std::string tool_version;
  std::uint64_t memory_bytes = std::uint64_t{192} << 20;
};

/// Throws base::Error (invalid_argument) naming the option when something is missing or can't work.
void validate(const RebuildOptions& options);

struct Rebuilt {
  std::string archive_key;
  std::uint64_t objects = 0;
  bool index_written = false;  ///< false: it was there already, the same
  bool manifest_written = false;
  std::optional<catalog::UnlistedEntries> foreign;  ///< it is a foreign archive: what has no row
};

/// Reads the volume whole, makes its index and manifest, and writes those that are missing; never over
/// anything. What only the run that made the volume knew is left open: the upload's id is "rebuilt", the part
/// size one that fits. A foreign archive (a ZIP that carries no id) is read twice: for its index, then to be
/// audited like any other; its name must be that of a group, its keys are what its entries are called.
/// visited: told how many bytes were read, from any thread. Blocks; any thread. Throws base::Error: not_found
/// without an archive; unsupported for a copy of a volume, and as index_foreign() does; corrupt when it is no
/// ZIP, a byte isn't as its index says, or another record of that id is there; invalid_argument when its
/// name, or its members, aren't those of a group, and when --memory is too small for a foreign one; and what
/// the store throws (code InvalidObjectState: thaw it first).
Rebuilt rebuild_records(s3::ObjectStore& store, const RebuildOptions& options, const std::string& archive_key,
                        base::Clock& clock, const std::function<void(std::uint64_t)>& visited = {});

}  // namespace s3c::upkeep
