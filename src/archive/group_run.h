// The commit protocol for one group, from listing to deleted sources. docs/ordering.md is its specification;
// the steps are numbered as there.
#pragma once

#include "archive/group_tally.h"
#include "archive/run_shared.h"
#include "catalog/layout.h"

namespace s3c::archive {

/// Runs the group to its end: sources gone, or named in the report. Blocks; several threads may run different
/// groups. Throws base::Error when the group must be given up. The tally then has what was done until then.
void run_group(RunShared& shared, const catalog::Group& group, GroupTally& tally);

}  // namespace s3c::archive
