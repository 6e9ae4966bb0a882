// Which volumes of a restore can be read now.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "restore/restore_report.h"
#include "s3/object_store.h"

namespace s3c::restore {

/// A volume that could not be asked, and why.
struct UnaskedVolume {
  RestoreVolume volume;
  base::Error error;
};

/// Asks every volume, several at a time, and writes the answers into volumes: one HEAD each, and for those
/// that say they are frozen a GET of one byte, because stores that only know the class's name (Ceph RGW 16)
/// let it be read. Returns the volumes that could not be asked, or (not_found) whose archive is not the one
/// that the catalog means; those are taken out of volumes. Blocks.
std::vector<UnaskedVolume> find_thaw_states(s3::ObjectStore& store, const std::string& archive_bucket,
                                            int threads, std::vector<RestoreVolume>& volumes);

}  // namespace s3c::restore
