// The first half of a restore: which volumes hold what is wanted, and what it takes to bring it back.
#pragma once

#include "restore/restore_options.h"
#include "restore/restore_report.h"

namespace s3c::restore {

/// Looks and counts; changes nothing. Throws the store's errors when volumes can't be listed.
RestorePlan plan_restore(const RestoreOptions& options, const RestoreContext& context);

/// What the plan alone says already, as a dry run tells it.
RestoreReport begin_report(const RestorePlan& plan);

}  // namespace s3c::restore
