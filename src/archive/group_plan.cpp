#include "archive/group_plan.h"

#include <utility>
#include <vector>

#include "base/encoding.h"

namespace s3c::archive {
namespace {

GroupRecords load_records(PlanShared& shared, const catalog::Group& group, GroupTally& tally) {
  GroupRecords records{shared.catalog.load_group(group.stem), {}};
  catalog::GroupState& state = records.state;
  for (const catalog::CommittedVolume& volume : state.committed)
    records.taken_keys.insert(volume.manifest().archive_key);
  // No new volume takes the name of a lost archive. Otherwise the new archive would look like the lost one
  // at first glance.
  std::vector<std::string> lost_keys;
  for (const catalog::ManifestName& lost : state.lost) {
    records.taken_keys.insert(lost.archive_key);
    lost_keys.push_back(lost.archive_key);
    warn_of_lost(shared.context.log, lost.archive_key);
  }
  tally.set_lost(std::move(lost_keys));
  for (const index::Manifest& volume : state.without_id) {
    shared.context.log.warn("{} lost its id: a deep verify that mends reads it and gives it back",
                            base::printable(volume.archive_key));
  }
  // The names of other sources' volumes stay taken. But their members aren't ours.
  std::erase_if(state.committed, [&](const catalog::CommittedVolume& volume) {
    return !source::is_of_group(volume, shared.options.selection.bucket, group.prefix);
  });
  return records;
}

}  // namespace

GroupPlan plan_group(PlanShared& shared, const catalog::Group& group, const std::set<std::string>& skip,
                     GroupTally& tally) {
  GroupPlan plan{group, {}, std::make_unique<GroupObjects>(shared, group.prefix, skip, tally)};
  // The listing comes first. A group without objects then costs no request to the catalog.
  if (!plan.objects->at_end()) plan.records = load_records(shared, group, tally);
  plan.objects->join(shared.catalog, plan.records.state.committed);
  return plan;
}

void count_plan(GroupPlan plan, GroupTally& tally) {
  while (const s3::ObjectSummary* object = plan.objects->next_to_pack()) {
    tally.count_to_archive(*object);
    plan.objects->take();
  }
}

void warn_of_lost(base::Logger& log, const std::string& archive_key) {
  log.warn("the archive of a committed volume is gone or was replaced: {}", base::printable(archive_key));
}

}  // namespace s3c::archive
