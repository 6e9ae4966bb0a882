// What an archive is that the catalog has no record of.
#pragma once

#include <string>

#include "s3/object_store.h"
#include "s3/types.h"

namespace s3c::catalog {

enum class ArchiveOrigin {
  ours,     ///< it carries a volume's id
  copied,   ///< it carries none, but ends as a volume does: a copy that lost its metadata
  cut_off,  ///< it carries none, and begins like a ZIP that lacks its end: perhaps a volume that was cut off
  unknown,  ///< it carries none, and it is frozen: nothing tells what is in it
  foreign,  ///< another program's ZIP, or no ZIP at all
};

/// Whether such an archive may be a volume of this program, so that its members may be missing from a result.
bool may_be_ours(ArchiveOrigin origin);

/// head: what HEAD said of the archive. If it carries no id, reads its end: at most three small ranges. It
/// proves nothing. Any thread. Throws the store's errors.
ArchiveOrigin origin_of(s3::ObjectStore& store, const std::string& archive_bucket,
                        const std::string& archive_key, const s3::ObjectHead& head);

}  // namespace s3c::catalog
