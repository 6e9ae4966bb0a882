// The first half of a restore: finds which volumes hold the wanted members, and what it takes to restore
// them.
#pragma once

#include "restore/restore_options.h"
#include "restore/restore_report.h"

namespace s3c::restore {

/// Looks and counts; changes nothing. Throws the store's errors when volumes can't be listed.
RestorePlan plan_restore(const RestoreOptions& options, const RestoreContext& context);

/// The report that the plan alone gives, as a dry run shows it.
RestoreReport begin_report(const RestorePlan& plan);

}  // namespace s3c::restore
