// What the groups of a run share.
#pragma once

#include "archive/catalog.h"
#include "archive/committer.h"
#include "archive/group_cleanup.h"
#include "archive/options.h"
#include "archive/packing_crew.h"
#include "archive/readback.h"
#include "archive/run_context.h"
#include "archive/selection.h"
#include "archive/source_deleter.h"
#include "archive/store_powers.h"
#include "archive/turnstile.h"
#include "archive/version_sweep.h"
#include "base/memory_budget.h"
#include "base/slots.h"

namespace s3c::archive {

/// All members outlive every GroupRun.
struct RunShared {
  const ArchiveOptions& options;
  const RunContext& context;
  const ObjectFilter filter;
  const StorePowers& powers;
  Catalog& catalog;
  Readback& readback;
  Committer& committer;
  SourceDeleter& deleter;
  VersionSweep& sweep;
  GroupCleanup& cleanup;
  base::MemoryBudget& buffers;  ///< for parts being filled
  base::Slots& slots;
  Turnstile& turnstile;
  PackingCrew& crew;
};

}  // namespace s3c::archive
