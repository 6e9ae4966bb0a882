// Which archives lack records in the catalog: what `catalog rebuild` has to make again.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "catalog/catalog_scope.h"
#include "s3/object_store.h"

namespace s3c::upkeep {

/// At least one of the two records is missing.
struct UnrecordedArchive {
  std::string archive_key;
  bool lacks_index = false;
  bool lacks_manifest = false;
  bool frozen = false;  ///< it must be thawed before it can be read
};

/// What the records of one archive lack; nullopt: nothing. Sends three HEADs. Any thread. Throws base::Error:
/// not_found when there is no such archive; and what the store throws.
std::optional<UnrecordedArchive> missing_records(s3::ObjectStore& store, const std::string& archive_bucket,
                                                 const std::string& archive_key);

struct RecordSearch {
  std::uint64_t archives = 0;  ///< that were looked at
  std::vector<UnrecordedArchive> unrecorded;
};

/// Looks at every archive in scope, sixteen at a time. scope: with a bucket, because otherwise any object could
/// be an archive. Blocks. Throws cancelled when stop is requested, and what the store throws.
RecordSearch find_unrecorded(s3::ObjectStore& store, const catalog::CatalogScope& scope,
                             const std::stop_token& stop);

}  // namespace s3c::upkeep
