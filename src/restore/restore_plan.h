// The first half of a restore: finds which volumes hold the wanted members, and what it takes to restore
// them.
#pragma once

#include "restore/restore_options.h"
#include "restore/restore_report.h"

namespace s3c::restore {

/// The most members for which the plan looks which of them are at the target already.
inline constexpr std::uint64_t kMostLookedAt = 1000;

/// Looks and counts; changes nothing. Throws the store's errors when volumes can't be listed, and Error when
/// a target can't be used, as far as looking tells.
RestorePlan plan_restore(const RestoreOptions& options, const RestoreContext& context);

/// Throws Error unless the target of every volume in the plan can be used. Does nothing without targets.
void expect_usable_targets(const RestorePlan& plan, const RestoreContext& context,
                           RestoreTarget::Trial trial);

/// The report with which a run begins.
RestoreReport begin_report(const RestorePlan& plan);
/// The report of a dry run: also what a run would leave out because of what is at the target, and what could not be
/// looked at there.
RestoreReport foresee_restore(const RestorePlan& plan);

}  // namespace s3c::restore
