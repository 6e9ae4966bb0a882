#include "archive/archive_run.h"

#include <optional>
#include <utility>
#include <vector>

#include "archive/group_run.h"
#include "archive/run_groups.h"
#include "archive/run_shared.h"
#include "catalog/store_powers.h"

namespace s3c::archive {

namespace {

/// nullopt: the user pressed Ctrl-C meanwhile.
std::optional<catalog::StorePowers> powers_unless_stopped(const ArchiveOptions& options,
                                                          const RunContext& context) {
  const catalog::FixedPowers fixed{options.conditional_complete, options.additional_checksums};
  try {
    return catalog::find_powers(context.stores.archive, options.archive_bucket, fixed, context.stop);
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::cancelled) throw;
    return std::nullopt;
  }
}

/// Of what the run's threads share, for whoever watches the run.
base::LiveValues::Registration register_levels(RunShared& shared, base::LiveValues& live) {
  const auto pool = [](base::MemoryBudget& budget) { return [&budget] { return budget.used_bytes(); }; };
  return live.add({{{"queue_depth", "objects"}, [&shared] { return shared.crew.queued(); }},
                   {{"objects_in_work"}, [&shared] { return shared.crew.in_work(); }},
                   {{"parts_in_flight"}, [&shared] { return std::uint64_t(shared.slots.taken()); }},
                   {{"memory_leased_bytes", "bodies"}, pool(shared.bodies)},
                   {{"memory_leased_bytes", "buffers"}, pool(shared.buffers)},
                   {{"memory_limit_bytes", "bodies"}, [&shared] { return shared.bodies.total_bytes(); }},
                   {{"memory_limit_bytes", "buffers"}, [&shared] { return shared.buffers.total_bytes(); }}});
}

}  // namespace

RunReport run_archive(const ArchiveOptions& options, const RunContext& context) {
  // The groups first: a run that has none doesn't probe the store, because the probe writes.
  RunGroups groups(options, context);
  if (!groups.wait_for_first()) return groups.finish();
  const std::optional<catalog::StorePowers> powers = powers_unless_stopped(options, context);
  if (!powers) return groups.finish();
  context.log.info("archive store: conditional complete {}, additional checksums {}",
                   powers->conditional_complete, powers->additional_checksums);
  if (!powers->lists_uploads_by_prefix) {
    context.log.info(
        "archive store: unfinished uploads are listed by whole keys only: those of the groups' "
        "volumes are looked for by name");
  }

  RunShared shared(options, context, groups.source(), *powers);
  const auto levels = register_levels(shared, context.observer.live());
  context.progress.update([&options](RunProgress& run) { run.deletes = !options.keep_sources; });
  // One crew packs for all groups: each group alone would be too small to keep the network busy.
  shared.crew.start();
  // Each group: list, join, pack, commit, delete. Several groups are in work at once, because in four of these
  // steps a group waits for the store; only one of them packs at a time.
  groups.run_each([&](const catalog::Group& group, GroupTally& tally) { run_group(shared, group, tally); });
  shared.crew.finish();

  RunReport report = groups.finish();
  try {
    shared.left.expect_written();
  } catch (const base::Error& error) {
    report.left_failure = error;
  }
  report.delete_conditions = shared.conditions.to_report();
  report.untold_tag_requests = shared.tags.untold_requests();
  return report;
}

}  // namespace s3c::archive
