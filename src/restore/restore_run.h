// The second half of a restore: does what the plan says. Thaws volumes that are frozen, fetches neighbouring
// members in one range, proves each before it is written, and overwrites nothing. There is no local state: a
// second run skips what is back already and goes on.
#pragma once

#include "restore/restore_options.h"
#include "restore/restore_report.h"

namespace s3c::restore {

/// Does what plan_restore() planned. What can't be done to one member or one volume is in the report and
/// doesn't stop the rest. Blocks.
RestoreReport run_restore(const RestoreOptions& options, const RestorePlan& plan,
                          const RestoreContext& context);

}  // namespace s3c::restore
