// Writes a volume's index and manifest where they are missing.
#pragma once

#include <string>

#include "base/error.h"
#include "index/index_file.h"
#include "index/manifest.h"
#include "s3/object_store.h"

namespace s3c::upkeep {

/// ErrorContext::operation of what catalog rebuild finds. The messages say what to do.
inline constexpr const char* kRebuildStep = "rebuild";

struct WrittenRecords {
  bool index = false;  ///< false: the same index was already there
  bool manifest = false;
};

/// The error (damaged) of an object at the name of a record that is something else: record is its key, why says how
/// that shows.
base::Error occupied(const std::string& archive_bucket, const std::string& archive_key,
                     const std::string& record, const std::string& why);

/// Writes the records that are missing, and overwrites nothing. REQUIRES: the archive, whose HEAD is given,
/// was read and is as the manifest says. A manifest that is already there stays if it is of this very
/// archive, because it says more than one that is made again. Blocks. Throws damaged when other records of
/// this id are there; and the store's errors.
WrittenRecords write_missing_records(s3::ObjectStore& store, const index::Manifest& manifest,
                                     const index::IndexFile& index, const s3::ObjectHead& archive);

}  // namespace s3c::upkeep
