// Plans an archive run: what it would do, what that costs, and what it saves. Only reads, unless the plan is to be
// split: then it writes a manifest for each task.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/counted.h"
#include "base/error.h"
#include "plan/archive_size.h"
#include "plan/figures.h"
#include "plan/group_reader.h"
#include "plan/options.h"
#include "plan/split_writer.h"
#include "source/group_finder.h"

namespace s3c::plan {

struct PlanReport {
  explicit PlanReport(const base::Prices& prices) : total(prices) {}

  Figures total;
  std::uint64_t groups = 0;  ///< with something to archive or to tell
  std::uint64_t groups_to_archive = 0;
  SizeModel sizes;
  source::OutsideLayout outside;    ///< what fits no group
  base::Counted<std::string> lost;  ///< archives that were committed once and are gone
  std::uint64_t unfinished = 0;     ///< records that killed runs left; clearing them isn't planned
  bool keeps_versions = false;      ///< the source bucket does, as far as a look shows it
  base::Timestamp planned_at{};     ///< by the source's store
  bool interrupted = false;
  std::optional<base::Error> failure;  ///< what ended the plan early
  std::optional<SplitReport> split;    ///< nullopt: none was asked for, or the plan ended before it
};

/// Calls on_group with each group that isn't empty, in key order, on the calling thread, and adds it up. Memory stays
/// flat for any number of groups and objects. Starts options.open_groups threads and one more; blocks. Errors of the
/// store are in the report, and so is a stop. Throws what on_group throws; and the store's errors if a bucket
/// doesn't exist or can't be listed, and what SplitPlace::expect_free() and TempFile throw.
PlanReport run_plan(const PlanOptions& options, const PlanContext& context,
                    const std::function<void(const GroupPlan&)>& on_group);

}  // namespace s3c::plan
