// Carries out what gc has planned.
#pragma once

#include "catalog/catalog.h"
#include "s3/object_store.h"
#include "upkeep/gc_changes.h"
#include "upkeep/gc_options.h"
#include "upkeep/gc_plan.h"
#include "upkeep/gc_tally.h"

namespace s3c::upkeep {

/// Looks right before each removal, whatever the plan says: since the plan, a run may have committed the
/// volume or written the manifest. A dry run takes the same looks, with GcForesight in the place of
/// GcRemover. Any thread.
class GcExecution {
 public:
  /// All arguments outlive it.
  GcExecution(const GcContext& context, catalog::Catalog& catalog, GcChanges& changes, GcTally& tally)
      : context_(context), catalog_(catalog), changes_(changes), tally_(tally) {}

  /// Removes the candidate if it is garbage, and tells the tally what became of it. An error ends the work
  /// on this candidate only.
  void carry_out(const GcCandidate& candidate);

 private:
  void remove(const UncommittedRecord& record, Garbage& garbage);
  void remove(const LoneIndex& index, Garbage& garbage);
  void remove(const LoneCommitMark& mark, Garbage& garbage);
  void remove(const TakeBackMark& mark, Garbage& garbage);
  void remove(const OldUpload& upload, Garbage& garbage);
  void remove(const OldCopy& copy, Garbage& garbage);
  bool is_manifest_there(const catalog::ManifestName& name);

  const GcContext& context_;
  catalog::Catalog& catalog_;
  GcChanges& changes_;
  GcTally& tally_;
};

}  // namespace s3c::upkeep
