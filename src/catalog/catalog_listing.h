// The whole catalog of an archive bucket as a stream: which ids exist under which archive's name, and whether
// each has a manifest, an index and a commit mark. Holds one page of each of the three listings in memory.
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

/// At least one of manifest, index and commit mark is there.
struct CatalogRecord {
  ManifestName name;
  base::Timestamp last_modified;  ///< of the manifest; without one, of the index; else of the mark
  std::optional<std::uint64_t> manifest_bytes;
  std::optional<std::uint64_t> index_bytes;
  bool marked = false;  ///< it has a commit mark: sources may have been deleted because of it
};

/// Merges the listings of manifests, indexes and commit marks. Each is sorted by archive key and id. Objects
/// in those folders whose names don't have our form are skipped. One thread at a time.
class CatalogListing {
 public:
  /// name_prefix: the archives' keys start with it; empty: all archives.
  CatalogListing(s3::ObjectStore& store, const std::string& bucket, const std::string& name_prefix = "");

  /// nullopt at the end. Throws the store's errors, and corrupt when keys don't ascend.
  std::optional<CatalogRecord> next();

 private:
  /// The objects of one folder whose names have our form.
  class Folder {
   public:
    using Parse = std::optional<ManifestName> (*)(std::string_view key);
    Folder(s3::ObjectStore& store, const std::string& bucket, const std::string& prefix, Parse parse);

    /// Finds the next object, unless it has one already. False at the end.
    bool peek();
    // REQUIRES: peek() was true.
    const ManifestName& name() const { return name_; }
    const s3::ObjectSummary& object() { return *listing_.peek(); }
    /// Ascends in the order of the listing.
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
