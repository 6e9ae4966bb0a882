#include "archive/archive_plan.h"

#include <set>
#include <string>
#include <utility>

#include "archive/group_plan.h"
#include "archive/left_log.h"
#include "archive/plan_shared.h"
#include "archive/run_groups.h"
#include "archive/source_tags.h"
#include "archive/version_sweep.h"

namespace s3c::archive {

RunReport plan_archive(const ArchiveOptions& options, const RunContext& context) {
  RunGroups groups(options, context);
  if (groups.wait_for_first()) {
    PlanShared shared(options, context, groups.source());
    SourceTags tags(context.stores, options, context.log, context.stop);
    LeftLog left(context.log, {});  // a plan leaves nothing
    VersionSweep sweep({context.stores, shared.catalog, options, context.clock, context.log, left});
    const std::set<std::string> nothing_to_skip;
    groups.run_each([&](const catalog::Group& group, GroupTally& tally) {
      GroupPlan plan = plan_group(shared, group, nothing_to_skip, tally);
      const s3::ObjectSummary* const first = plan.objects->next_to_pack();
      if (first != nullptr) {
        tags.foresee_check(*first);
        foresee_record(shared, plan);
      }
      count_plan(std::move(plan), options, tally);
      if (options.delete_versions) tally.add_foreseen_sweep(sweep.foresee(group, shared.filter));
    });
  }
  RunReport report = groups.finish();
  report.dry_run = true;
  return report;
}

}  // namespace s3c::archive
