// Writes a volume's index and manifest where they are missing.
#pragma once

#include <string>

#include "index/index_writer.h"
#include "index/manifest.h"
#include "s3/object_store.h"

namespace s3c::upkeep {

struct WrittenRecords {
  bool index = false;  ///< false: it was there already, the same
  bool manifest = false;
};

/// Writes what is missing, and nothing over anything. The archive, whose HEAD is given, has been read and is as
/// the manifest says. A manifest that is there already stays, if it is of this very archive: it says more than
/// one that is made again. Blocks. Throws corrupt when other records of this id are there; and the store's
/// errors.
WrittenRecords write_missing_records(s3::ObjectStore& store, const index::Manifest& manifest,
                                     const index::IndexFile& index, const s3::ObjectHead& archive);

}  // namespace s3c::upkeep
