// What the plans of a run's groups share. Planning only reads.
#pragma once

#include "archive/options.h"
#include "archive/run_context.h"
#include "catalog/catalog.h"
#include "source/group_source.h"
#include "source/selection.h"

namespace s3c::archive {

/// Outlives every GroupPlan that is made with it.
struct PlanShared {
  /// All arguments outlive it. REQUIRES: the source's store has answered a request. The age of an object is
  /// then measured in the store's own time.
  PlanShared(const ArchiveOptions& o, const RunContext& c, source::GroupSource& s)
      : options(o),
        context(c),
        source(s),
        filter(o.selection, c.stores.source.now()),
        catalog(c.stores.archive, o.archive_bucket) {}

  const ArchiveOptions& options;
  const RunContext& context;
  source::GroupSource& source;
  const source::ObjectFilter filter;
  catalog::Catalog catalog;
};

}  // namespace s3c::archive
