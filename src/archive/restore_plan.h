// The first half of a restore: which volumes hold what is wanted, and what it takes to bring it back.
#pragma once

#include "archive/restore_options.h"
#include "archive/restore_report.h"

namespace s3c::archive {

/// Looks and counts; changes nothing. Throws the store's errors when volumes can't be listed.
RestorePlan plan_restore(const RestoreOptions& options, const RestoreContext& context);

/// What the plan alone says already, as a dry run tells it.
RestoreReport begin_report(const RestorePlan& plan);

}  // namespace s3c::archive
