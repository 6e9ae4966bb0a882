// Writes a volume's index and manifest where they are missing.
#pragma once

#include <string>

#include "index/index_writer.h"
#include "index/manifest.h"
#include "s3/object_store.h"

namespace s3c::upkeep {

struct WrittenRecords {
  bool index = false;  ///< false: the same index was already there
  bool manifest = false;
};

/// Writes the records that are missing, and overwrites nothing. REQUIRES: the archive, whose HEAD is given,
/// was read and is as the manifest says. A manifest that is already there stays if it is of this very
/// archive, because it says more than one that is made again. Blocks. Throws corrupt when other records of
/// this id are there; and the store's errors.
WrittenRecords write_missing_records(s3::ObjectStore& store, const index::Manifest& manifest,
                                     const index::IndexFile& index, const s3::ObjectHead& archive);

}  // namespace s3c::upkeep
