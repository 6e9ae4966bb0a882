// Which records a search has to read.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/catalog_scope.h"
#include "catalog/member_query.h"
#include "catalog/volume_listing.h"
#include "s3/object_store.h"

namespace s3c::catalog {

/// The names of all manifests in which a search for the query's members looks, as listed now. One LIST of the layout
/// notes and one for each group if they say that the wanted keys lie in few groups, otherwise one for each thousand
/// manifests in scope. Blocks. Throws the store's errors.
std::vector<ManifestName> list_manifests(s3::ObjectStore& store, const CatalogScope& scope,
                                         const MemberQuery& query);

/// What one archive's name has in the catalog.
struct NamedRecords {
  std::string archive_key;
  /// Those with a manifest, and those with a commit mark alone. Empty: only an archive stands there.
  std::vector<ManifestName> names;
};

/// Hands out the names of the records in scope, archive by archive, and the archives without a record. One
/// thread. The arguments outlive it.
class RecordNames {
 public:
  /// volume: only this archive's records. Empty: the records of the groups that all wanted keys lie in, if
  /// the layout fits these keys and the layout notes show that no other volume in scope may hold them; otherwise all
  /// records in scope. Blocks. Without a bucket in scope, an archive without a
  /// record is only handed out if it has the name and the ETag of a volume.
  RecordNames(s3::ObjectStore& store, Catalog& catalog, const CatalogScope& scope, const MemberQuery& query,
              const std::string& volume);

  /// The records under the next archive's name; nullopt: there are no more. Blocks. Throws the store's
  /// errors.
  std::optional<NamedRecords> next();

  /// Whether groups of other shards were skipped so far. They may hold wanted members.
  bool has_others() const { return has_others_ || (listing_ && listing_->has_others()); }

 private:
  std::vector<NamedRecords> of_volume(const std::string& volume);
  std::vector<NamedRecords> of_group(const std::string& stem);
  std::optional<NamedRecords> next_listed();

  s3::ObjectStore& store_;
  Catalog& catalog_;
  const CatalogScope& scope_;
  std::vector<std::string> stems_;
  std::size_t next_stem_ = 0;
  std::optional<VolumeListing> listing_;
  std::optional<ListedVolume> listed_;  // handed out by listing_, but of the next name
  std::vector<NamedRecords> batch_;
  std::size_t at_ = 0;
  bool has_others_ = false;
};

}  // namespace s3c::catalog
