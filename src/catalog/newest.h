// What is newest: the one answer to "which of the objects that had this key came last?". cat, find and
// restore ask it here and nowhere else. No archiver's clock has a say: not a manifest's created-at, not the
// time in an id. Pure functions, any thread.
//
// Of two members of one key the newer one is, by the first line that tells:
//
//   1. the member whose time a store has told, before a member of a foreign archive
//   2. the one with the later last-modified, if the store has told both
//   3. the one in the volume of the higher number, if both volumes are of one group
//
// The time of a foreign archive's member is that of the machine that made the ZIP, to two seconds and in that
// machine's time zone. So it is never compared.
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
/// which of them is the newest can't be told, and nothing may be read or restored in its place.
/// The same object in two volumes (same ETag, size, last-modified and CRC-32) is no such case: either will
/// do, and the one whose archive's name comes first is returned.
/// REQUIRES: members of one key, at least one.
std::vector<const FoundMember*> newest_of(const std::vector<FoundMember>& members);

}  // namespace s3c::catalog
