// Which records a search has to read.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/catalog_listing.h"
#include "catalog/catalog_scope.h"
#include "catalog/member_query.h"
#include "s3/object_store.h"

namespace s3c::catalog {

/// The names of all manifests in which a search for the query's members looks, as listed now. One LIST for each group if the layout says that the wanted keys lie in few
/// groups, otherwise one for each thousand manifests in scope. Blocks. Throws the store's errors.
std::vector<ManifestName> list_manifests(s3::ObjectStore& store, const CatalogScope& scope,
                                         const MemberQuery& query);

/// Hands out the names of the records in scope, archive by archive. One thread. The arguments outlive it.
class RecordNames {
 public:
  /// volume: only this archive's records. Empty: the records of the groups that all wanted keys lie in, if
  /// the layout fits these keys; otherwise all records in scope.
  RecordNames(s3::ObjectStore& store, Catalog& catalog, const CatalogScope& scope, const MemberQuery& query,
              const std::string& volume);

  /// The records under the next archive's name; nullopt: there are no more. Blocks. Throws the store's
  /// errors.
  std::optional<std::vector<ManifestName>> next();

 private:
  const ManifestName* peek();

  Catalog& catalog_;
  const CatalogScope& scope_;
  std::vector<std::string> stems_;
  std::size_t next_stem_ = 0;
  std::optional<CatalogListing> listing_;
  std::vector<ManifestName> batch_;
  std::size_t at_ = 0;
};

}  // namespace s3c::catalog
