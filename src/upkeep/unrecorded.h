// Which archives lack records in the catalog: what `catalog rebuild` has to make again.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"
#include "catalog/catalog_scope.h"
#include "s3/object_store.h"

namespace s3c::upkeep {

/// At least one of manifest, index and commit mark is missing, or can't be used.
struct UnrecordedArchive {
  std::string archive_key;
  bool lacks_index = false;
  bool lacks_manifest = false;
  bool lacks_mark = false;  ///< the commit mark that belongs to them
  bool frozen = false;      ///< it must be thawed before it can be read
  /// What stands in the way of records: an object at the name of one that is something else. Nothing is made
  /// before a person has moved it away.
  std::optional<base::Error> in_the_way = std::nullopt;

  /// Whether the archive has to be read. A commit mark alone is made without that.
  bool must_be_read() const { return lacks_index || lacks_manifest; }
};

/// What the records of one archive lack; nullopt: nothing. A manifest that can't be read, and an index that isn't
/// its manifest's, don't count as missing but stand in the way. Sends two HEADs and the GET of the manifest, and
/// looks for the commit mark; reads the index if only that can tell. Any thread. Throws base::Error: not_found when
/// there is no such archive; and what the store throws.
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
