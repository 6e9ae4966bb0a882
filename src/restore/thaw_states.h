// Which volumes of a restore can be read now.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "restore/restore_report.h"
#include "s3/object_store.h"

namespace s3c::restore {

/// A volume whose state could not be found out, and why.
struct UnaskedVolume {
  RestoreVolume volume;
  base::Error error;
};

/// Finds out the state of every volume, several at a time, and writes it into volumes. That takes one HEAD
/// for each volume. A volume that says it is frozen also gets a GET of one byte, because some stores (Ceph
/// RGW 16) only know the name of the class and let the object be read. Removes from volumes, and returns,
/// those that could not be asked, those whose archive is not the one that the catalog means (not_found), and
/// those whose archive can't be proven by a range (unsupported). Blocks.
std::vector<UnaskedVolume> find_thaw_states(s3::ObjectStore& store, const std::string& archive_bucket,
                                            int threads, std::vector<RestoreVolume>& volumes);

}  // namespace s3c::restore
