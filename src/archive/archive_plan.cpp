#include "archive/archive_plan.h"

#include <set>
#include <string>
#include <utility>

#include "archive/group_plan.h"
#include "archive/plan_shared.h"
#include "archive/run_groups.h"
#include "archive/source_tags.h"

namespace s3c::archive {

RunReport plan_archive(const ArchiveOptions& options, const RunContext& context) {
  RunGroups groups(options, context);
  if (groups.wait_for_first()) {
    PlanShared shared(options, context);
    SourceTags tags(context.stores, options, context.log, context.stop);
    const std::set<std::string> nothing_to_skip;
    groups.run_each([&](const catalog::Group& group, GroupTally& tally) {
      GroupPlan plan = plan_group(shared, group, nothing_to_skip, tally);
      if (const s3::ObjectSummary* first = plan.objects->next_to_pack()) tags.foresee_check(*first);
      count_plan(std::move(plan), tally);
    });
  }
  RunReport report = groups.finish();
  report.dry_run = true;
  return report;
}

}  // namespace s3c::archive
