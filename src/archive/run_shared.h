// What the groups of a run share.
#pragma once

#include "archive/committer.h"
#include "archive/options.h"
#include "archive/packing_crew.h"
#include "archive/readback.h"
#include "archive/run_context.h"
#include "archive/source_deleter.h"
#include "archive/turnstile.h"
#include "archive/version_sweep.h"
#include "base/memory_budget.h"
#include "base/slots.h"
#include "catalog/catalog.h"
#include "catalog/group_cleanup.h"
#include "catalog/store_powers.h"
#include "source/selection.h"

namespace s3c::archive {

/// All members outlive every GroupRun.
struct RunShared {
  const ArchiveOptions& options;
  const RunContext& context;
  const source::ObjectFilter filter;
  const catalog::StorePowers& powers;
  catalog::Catalog& catalog;
  Readback& readback;
  Committer& committer;
  SourceDeleter& deleter;
  VersionSweep& sweep;
  catalog::GroupCleanup& cleanup;
  base::MemoryBudget& buffers;  ///< for parts being filled
  base::Slots& slots;
  Turnstile& turnstile;
  PackingCrew& crew;
};

}  // namespace s3c::archive
