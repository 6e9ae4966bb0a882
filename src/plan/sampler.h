// Reads some real members and compresses them as archive would.
#pragma once

#include "plan/archive_size.h"
#include "plan/options.h"

namespace s3c::plan {

/// Reads options.sample objects that would be archived, spread over the groups, and compresses each. Lists the groups
/// for that, and a page of each group that it reads from; options.sample = 0: makes no request. Of large objects it
/// reads only the beginning. Objects that can't be read are passed over. Memory: one object at a time, and the
/// names of at most options.sample groups. Blocks. Throws the store's errors of listings; cancelled after a stop.
SizeModel sample_members(const PlanOptions& options, const PlanContext& context);

}  // namespace s3c::plan
