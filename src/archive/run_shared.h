// What the groups of a run share.
#pragma once

#include "archive/committer.h"
#include "archive/delete_conditions.h"
#include "archive/encoder_pool.h"
#include "archive/left_log.h"
#include "archive/member_packer.h"
#include "archive/packing_crew.h"
#include "archive/plan_shared.h"
#include "archive/readback.h"
#include "archive/source_deleter.h"
#include "archive/source_tags.h"
#include "archive/turnstile.h"
#include "archive/version_sweep.h"
#include "base/memory_budget.h"
#include "base/slots.h"
#include "catalog/group_cleanup.h"
#include "catalog/layout_notes.h"
#include "catalog/store_powers.h"

namespace s3c::archive {

/// What carries the plans out. PlanShared has what they are made with. Outlives every group's run.
struct RunShared : PlanShared {
  /// o, c and s outlive it. REQUIRES: as PlanShared. found: what the archive's store can do.
  RunShared(const ArchiveOptions& o, const RunContext& c, source::GroupSource& s,
            const catalog::StorePowers& found);

  const catalog::StorePowers powers;
  LeftLog left;
  base::MemoryBudget bodies;   ///< for objects on their way into a volume
  base::Slots slots;           ///< for parts in flight
  base::MemoryBudget buffers;  ///< for parts being filled
  /// For the indexes and central directories of volumes that aren't committed yet. A volume that is being packed
  /// leases more and more; one that is packed waits for nothing but the store, and then gives all back.
  base::MemoryBudget directories;
  EncoderPool encoders;
  Readback readback;
  catalog::LayoutNoteWriter layout_notes;
  Committer committer;
  KnownDeleteConditions conditions;  ///< of the source's store
  SourceDeleter deleter;
  VersionSweep sweep;
  SourceTags tags;
  catalog::GroupCleanup cleanup;
  MemberPacker packer;
  Turnstile turnstile;
  PackingCrew crew;  ///< not started; last: its threads use what stands above
};

}  // namespace s3c::archive
