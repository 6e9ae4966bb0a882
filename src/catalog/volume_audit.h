// Reads a whole volume back and compares everything in it with its index: what readback does before a volume
// is committed, and a deep verification years later.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/memory_budget.h"
#include "catalog/audit_report.h"
#include "index/index_reader.h"
#include "index/manifest.h"
#include "s3/object_store.h"

namespace s3c::catalog {

/// Where the volume's bytes lie now: at its own name, or at a staging key.
struct VolumeObject {
  std::string bucket;
  std::string key;
  std::string etag;  ///< every read is of this very object
};

/// Reads every byte once, decodes every member and reports
///  - a member whose bytes are not of the size and the CRC-32 that the index says, or can't be decoded;
///  - an entry that the index doesn't have, or has otherwise, and a row without entry;
///  - a volume whose own index, its last entry, says something else than index does (a foreign archive has
///    none, and as many entries beside the index's as its manifest says);
///  - bytes whose CRC-32 or CRC64NVME is not the manifest's, and a ZIP that can't be read at all.
/// index: at its beginning. Several ranges are fetched and decoded at a time, each in memory leased from
/// memory (kRangeBytes and a little); beside that 16 bytes are kept for each member. visited: told how many
/// archive bytes were read, from any thread; an Error that it throws ends the audit and is thrown. Blocks;
/// any thread. Throws what the store throws, precondition_failed when the object was replaced, and corrupt
/// when the index itself can't be read.
AuditReport audit_volume(s3::ObjectStore& store, const VolumeObject& volume, const index::Manifest& manifest,
                         index::IndexCursor index, base::MemoryBudget& memory,
                         const std::function<void(std::uint64_t)>& visited = {});

}  // namespace s3c::catalog
