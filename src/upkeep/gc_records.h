// Plans what becomes of the records that killed runs left in the catalog: manifests, indexes and commit
// marks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/catalog_listing.h"
#include "index/manifest.h"
#include "upkeep/gc_crew.h"
#include "upkeep/gc_execution.h"
#include "upkeep/gc_options.h"
#include "upkeep/gc_plan.h"
#include "upkeep/gc_tally.h"

namespace s3c::upkeep {

/// Any thread.
class GcRecords {
 public:
  /// All arguments outlive it.
  GcRecords(const GcContext& context, catalog::Catalog& catalog, GcExecution& execution, GcTally& tally)
      : context_(context), catalog_(catalog), execution_(execution), tally_(tally) {}

  /// Goes through the whole catalog. The crew's threads plan for each record, and carry the plan out.
  void find(GcCrew& crew);

 private:
  /// What stands at an archive's name.
  struct Archive {
    std::string record_id;  ///< of the record that it belongs to
    std::string volume_id;  ///< empty: no archive, or a foreign one
    std::optional<s3::ObjectHead> head;
  };

  void look_at(const std::vector<catalog::CatalogRecord>& records);
  Archive ask_for_archive(const std::string& archive_key);
  std::optional<GcCandidate> plan_manifest(const catalog::CatalogRecord& record, const Archive& archive);
  std::optional<GcCandidate> plan_lone_index(const catalog::CatalogRecord& record);
  LoneCommitMark plan_lone_mark(const catalog::CatalogRecord& record) const;
  std::optional<index::Manifest> read_if_there(const catalog::ManifestName& name);
  void find_uploads(LoneIndex& index);

  const GcContext& context_;
  catalog::Catalog& catalog_;
  GcExecution& execution_;
  GcTally& tally_;
};

}  // namespace s3c::upkeep
