// The second half of a restore: does what the plan says. Thaws volumes that are frozen, fetches neighbouring
// members in one range, proves each member before it is written, and overwrites nothing unless the target
// allows it. There is no local state: a second run skips what is already restored and goes on.
#pragma once

#include "restore/restore_options.h"
#include "restore/restore_report.h"

namespace s3c::restore {

/// Does what plan_restore() planned. First tries whether each target can be written, and throws Error if not:
/// nothing was thawed then. If a member or a volume can't be restored, the report says so, and the
/// rest goes on. Blocks.
RestoreReport run_restore(const RestoreOptions& options, const RestorePlan& plan,
                          const RestoreContext& context);

}  // namespace s3c::restore
