// `s3compress catalog rebuild`: manifest and index made again out of a volume, when the catalog was lost. The
// volume's last entry is the index, its metadata has the id; nothing else is needed.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "archive/catalog_scope.h"
#include "base/clock.h"
#include "base/memory_budget.h"
#include "s3/object_store.h"

namespace s3c::archive {

struct RebuildOptions {
  CatalogScope scope;  ///< with a bucket: the manifest says whose objects they were
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
};

/// Reads the volume whole, makes its index and manifest, and writes those that are missing; never over
/// anything. What only the run that made the volume knew is left open: the upload's id is "rebuilt", the part
/// size one that fits. visited: told how many bytes were read, from any thread. Blocks; any thread. Throws
/// base::Error: not_found without an archive; unsupported for a ZIP that carries no id (of the original
/// program, whose names are flattened keys: the keys can't be known); corrupt when a byte isn't as its index
/// says, or another record of that id is there; invalid_argument when its members aren't those of the group
/// its name says; and what the store throws (code InvalidObjectState: thaw it first).
Rebuilt rebuild_records(s3::ObjectStore& store, const RebuildOptions& options, const std::string& archive_key,
                        base::Clock& clock, const std::function<void(std::uint64_t)>& visited = {});

}  // namespace s3c::archive
