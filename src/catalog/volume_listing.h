// The volumes of an archive bucket as its listings show them: the records of the catalog beside the archives,
// in the order of their names. Two or three LISTs a thousand volumes, nothing else is asked. Used by ls and
// verify.
#pragma once

#include <optional>
#include <string>

#include "catalog/catalog.h"
#include "catalog/catalog_listing.h"
#include "catalog/catalog_scope.h"
#include "s3/object_listing.h"
#include "s3/object_store.h"

namespace s3c::catalog {

/// A record, an archive, or both.
struct ListedVolume {
  std::string archive_key;
  std::optional<CatalogRecord> record;       ///< nullopt: no manifest and no index names this archive
  std::optional<s3::ObjectSummary> archive;  ///< nullopt: nothing stands at that name
};

/// One thread at a time.
class VolumeListing {
 public:
  /// scope outlives the listing.
  VolumeListing(s3::ObjectStore& store, const CatalogScope& scope);

  /// nullopt at the end. Of several records under one name each comes with the archive. An archive without a
  /// record is only told where scope names a bucket: elsewhere any object could be one.
  /// Throws the store's errors, and corrupt when keys don't ascend.
  std::optional<ListedVolume> next();

 private:
  bool peek_record();
  const s3::ObjectSummary* peek_archive();

  const CatalogScope& scope_;
  CatalogListing records_;
  s3::ObjectListing archives_;
  std::optional<CatalogRecord> record_;  // found, not yet returned
  std::string last_told_;                // the archive that a record was told with
};

}  // namespace s3c::catalog
