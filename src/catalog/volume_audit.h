// Reads a whole volume back and compares everything in it with its index. Readback does this before a volume
// is committed, and a deep verification does it years later.
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
  std::string etag;  ///< every read has it as its condition
};

/// Reads every byte once, decodes every member and reports
///  - a member that can't be decoded, or whose bytes don't have the size and the CRC-32 of the index, or the
///    MD5 that its ETag tells (index::md5_of());
///  - an entry that the index doesn't have, or has with other values, and a row without an entry;
///  - a volume whose own index (its last entry) differs from index. A foreign archive has no own index: there
///    the number of entries without a row must be the one that its manifest says;
///  - bytes whose CRC-32 or CRC64NVME is not the manifest's, and a ZIP that can't be read at all.
/// index: at its beginning. Fetches and decodes several ranges at a time. Each is in memory leased from
/// memory (ForwardReader::kMemoryBytes). Holds 48 bytes more for each member. visited: called with the number
/// of archive bytes that were read, from any thread. An Error that it throws ends the audit and is thrown.
/// Blocks; any thread. Throws what the store throws, precondition_failed when the object was replaced, and
/// damaged when the index itself can't be read.
AuditReport audit_volume(s3::ObjectStore& store, const VolumeObject& volume, const index::Manifest& manifest,
                         index::IndexCursor index, base::MemoryBudget& memory,
                         const std::function<void(std::uint64_t)>& visited = {});

}  // namespace s3c::catalog
