// The volumes of an archive bucket as its listings show them: the records of the catalog beside the archives,
// in the order of their names. It reads four listings: manifests, indexes, commit marks and archives. Each
// costs one LIST per thousand names. It sends no other request. Used by ls, verify and searches.
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
  std::optional<CatalogRecord> record;       ///< nullopt: the catalog has no record of this archive
  std::optional<s3::ObjectSummary> archive;  ///< nullopt: nothing stands at that name
};

/// One thread at a time.
class VolumeListing {
 public:
  /// Which archives without a record are returned if scope names no bucket. Then any object could be one.
  enum class Unrecorded {
    none,
    likely,  ///< those with the name and the ETag of a volume: *.zip, uploaded in parts
  };
  /// scope outlives the listing.
  VolumeListing(s3::ObjectStore& store, const CatalogScope& scope,
                Unrecorded without_bucket = Unrecorded::none);

  /// nullopt at the end. If several records have one name, each is returned with the archive. Throws the
  /// store's errors, and corrupt when keys don't ascend.
  std::optional<ListedVolume> next();

  /// Whether records of other shards were skipped so far.
  bool has_others() const { return has_others_; }

 private:
  bool peek_record();
  const s3::ObjectSummary* peek_archive();

  const CatalogScope& scope_;
  const Unrecorded without_bucket_;
  CatalogListing records_;
  s3::ObjectListing archives_;
  std::optional<CatalogRecord> record_;  // found, not yet returned
  std::string last_told_;                // the archive that a record was returned with
  bool has_others_ = false;
};

}  // namespace s3c::catalog
