// The whole catalog of an archive bucket as a stream: which ids there are under which archive's name, and
// what each has of a manifest, an index and a commit mark. Memory holds a page of each of the three listings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "catalog/catalog.h"
#include "s3/object_listing.h"
#include "s3/object_store.h"

namespace s3c::catalog {

/// At least one of the three is there.
struct CatalogRecord {
  ManifestName name;
  base::Timestamp last_modified;  ///< of the manifest, without one of the index, without one of the mark
  std::optional<std::uint64_t> manifest_bytes;
  std::optional<std::uint64_t> index_bytes;
  bool marked = false;  ///< committed: sources may have been deleted on its word
};

/// Merges the listings of manifests, indexes and marks, all in the order of archive key and id. What lies in
/// those folders and isn't named as ours is passed over. One thread at a time.
class CatalogListing {
 public:
  /// name_prefix: what the archives' keys start with; empty: all of them.
  CatalogListing(s3::ObjectStore& store, const std::string& bucket, const std::string& name_prefix = "");

  /// nullopt at the end. Throws the store's errors, and corrupt when keys don't ascend.
  std::optional<CatalogRecord> next();

 private:
  /// The objects of one folder that are named as ours.
  class Folder {
   public:
    using Parse = std::optional<ManifestName> (*)(std::string_view key);
    Folder(s3::ObjectStore& store, const std::string& bucket, const std::string& prefix, Parse parse);

    /// Finds the next object if it isn't at hand yet; false at the end.
    bool peek();
    // REQUIRES: peek() was true.
    const ManifestName& name() const { return name_; }
    const s3::ObjectSummary& object() { return *listing_.peek(); }
    /// In the listing's order.
    const std::string& path() const { return path_; }
    void pop();

   private:
    s3::ObjectListing listing_;
    Parse parse_;
    bool at_hand_ = false;
    ManifestName name_;
    std::string path_;  // archive key, '/', id
  };

  Folder manifests_;
  Folder indexes_;
  Folder marks_;
};

}  // namespace s3c::catalog
