// Finds the records in the catalog that killed runs left: manifests, indexes and commit marks.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/catalog_listing.h"
#include "catalog/take_back.h"
#include "index/manifest.h"
#include "upkeep/gc_crew.h"
#include "upkeep/gc_options.h"
#include "upkeep/gc_tally.h"
#include "upkeep/gc_uploads.h"

namespace s3c::upkeep {

/// Any thread.
class GcRecords {
 public:
  /// All arguments outlive it.
  GcRecords(const GcOptions& options, const GcContext& context, catalog::Catalog& catalog, GcUploads& uploads,
            GcTally& tally)
      : options_(options), context_(context), catalog_(catalog), uploads_(uploads), tally_(tally) {}

  /// Goes through the whole catalog. The crew's threads deal with its records.
  void find(GcCrew& crew);
  bool is_manifest_there(const catalog::ManifestName& name);

 private:
  using Outcome = std::variant<catalog::CommittedVolume, catalog::TakenBack, catalog::LostArchive>;

  void look_at(const std::vector<catalog::CatalogRecord>& records);
  void take_manifest(const catalog::CatalogRecord& record, const std::string& carried);
  Outcome foresee(const index::Manifest& manifest);
  std::optional<index::Manifest> read_if_there(const catalog::ManifestName& name);
  void take_lone_index(const catalog::CatalogRecord& record);
  void tell_lone_mark(const catalog::CatalogRecord& record);

  const GcOptions& options_;
  const GcContext& context_;
  catalog::Catalog& catalog_;
  GcUploads& uploads_;
  GcTally& tally_;
};

}  // namespace s3c::upkeep
