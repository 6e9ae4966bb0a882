// Answers one question: which of the objects that had this key is the newest? cat, find and restore ask it
// here and nowhere else. The clock of a machine that archives never counts: not a manifest's created-at, not
// the time in an id. Pure functions, any thread.
//
// Two members of one key: the first line that applies says which one is newer.
//
//   1. the member whose time came from a store, before a member of a foreign archive
//   2. the one with the later last-modified, if both times came from a store
//   3. the one in the volume of the higher number, if both volumes are of one group
//
// The time of a foreign archive's member is that of the machine that made the ZIP. It is rounded to two
// seconds and is in that machine's time zone. So it is never compared.
#pragma once

#include <memory>
#include <vector>

#include "index/manifest.h"
#include "index/row.h"

namespace s3c::catalog {

/// A row and the volume that it lies in.
struct FoundMember {
  std::shared_ptr<const index::Manifest> manifest;
  index::Row row;
};

/// Whether the order above says that a is newer than b. False also if it says nothing.
bool is_newer(const FoundMember& a, const FoundMember& b);

/// The newest of members, as pointers into it. One pointer: that member is the newest. Several pointers:
/// nobody can tell which of them is the newest, and none of them may be read or restored.
/// The same object in two volumes (same ETag, size, last-modified and CRC-32) counts once: the member whose
/// archive's name comes first is returned.
/// REQUIRES: members of one key, at least one.
std::vector<const FoundMember*> newest_of(const std::vector<FoundMember>& members);

}  // namespace s3c::catalog
