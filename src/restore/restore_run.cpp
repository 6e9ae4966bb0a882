#include "restore/restore_run.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "base/bounded_queue.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/task_group.h"
#include "catalog/member_search.h"
#include "restore/member_range.h"
#include "restore/range_restorer.h"
#include "restore/restore_plan.h"
#include "restore/restore_tally.h"
#include "restore/thaw_requests.h"

namespace s3c::restore {
namespace {

using base::Error;
using base::ErrorKind;

/// Ranges that wait for a thread. Each holds the rows of up to 64 members.
constexpr std::size_t kRangesAhead = 16;

class RestoreRun {
 public:
  RestoreRun(const RestoreOptions& options, const RestorePlan& plan, const RestoreContext& context)
      : options_(options),
        plan_(plan),
        context_(context),
        bucket_(options.scope.archive_bucket),
        tally_(begin_report(plan), context),
        restorer_(options, plan, context, tally_),
        thaws_(options, context, tally_),
        splitter_(plan.members),
        ranges_(kRangesAhead),
        crew_([this] { ranges_.cancel(); }) {}
  ~RestoreRun() { ranges_.cancel(); }  // otherwise crew_ would wait for ever
  RestoreRun(const RestoreRun&) = delete;
  RestoreRun& operator=(const RestoreRun&) = delete;

  RestoreReport run() {
    for (int i = 0; i < options_.threads; ++i) {
      crew_.spawn([this](const std::stop_token&) {
        while (const std::optional<MemberRange> range = ranges_.pop()) {
          if (!tally_.has_ended()) restorer_.restore(*range);
        }
      });
    }
    thaws_.ask(plan_.volumes);
    std::vector<RestoreVolume> waiting = restore_readable(plan_.volumes);
    while (!waiting.empty() && thaws_.wait(waiting)) waiting = restore_readable(waiting);
    context_.progress.set(&RestoreCounts::waiting, waiting.size());
    if (stopped()) {
      ranges_.cancel();
      if (context_.stop.stop_requested()) tally_.leave_unfinished();
    }
    ranges_.close();
    crew_.wait();
    return tally_.finish(std::move(waiting));
  }

 private:
  bool stopped() const { return context_.stop.stop_requested() || tally_.has_ended(); }

  /// Restores the volumes that can be read now, and returns the others. The plan has chosen the member of
  /// each key by the catalog alone, so no volume waits for another one. If the chosen volume is frozen, the
  /// key waits for it, even if another volume holds the key and can be read.
  std::vector<RestoreVolume> restore_readable(const std::vector<RestoreVolume>& volumes) {
    std::vector<RestoreVolume> waiting;
    for (const RestoreVolume& volume : volumes) {
      if (thaws_.was_refused(volume)) continue;
      if (!volume.thaw.is_readable() && volume.missing != 0) {
        waiting.push_back(volume);
      } else if (stopped()) {
        if (context_.stop.stop_requested()) tally_.leave_unfinished();
      } else {
        restore_volume(volume);
      }
    }
    return waiting;
  }

  // --- from a volume to ranges

  void restore_volume(const RestoreVolume& volume) {
    context_.observer.volume_opened(volume.archive_key, volume.members);
    MemberBatch batch;
    std::uint64_t members = 0;
    try {
      const catalog::SearchReport searched =
          catalog::search_members(context_.store, {options_.scope, plan_.query, volume.archive_key, 4},
                                  context_.stop, [&](catalog::FoundKey&& found) {
                                    for (catalog::FoundMember& member : found.members) {
                                      if (member.manifest->id != volume.id)
                                        continue;  // written since the plan was made
                                      if (!plan_.contested.bring_back(*member.manifest, member.row.key))
                                        continue;
                                      ++members;
                                      batch.manifest = member.manifest;
                                      batch.rows.push_back(std::move(member.row));
                                      if (batch.rows.size() == index::kRowsPerBlock)
                                        hand_out(std::exchange(batch, {}));
                                    }
                                  });
      hand_out(std::move(batch));
      for (const Error& error : searched.failures.named()) tally_.fail_volume(error);
      if (searched.failures.empty() && members < volume.members) {
        throw Error(
            ErrorKind::transient,
            fmt::format("{} of its members were planned, but {} are found now: its record has changed or "
                        "is gone",
                        volume.members, members),
            {.operation = "restore", .resource = bucket_ + "/" + volume.archive_key});
      }
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::cancelled) tally_.fail_volume(error);
    }
  }

  void hand_out(MemberBatch&& batch) {
    splitter_.split(std::move(batch), [this](MemberRange&& range) {
      if (context_.stop.stop_requested()) return tally_.leave_unfinished();
      if (tally_.has_ended()) return;
      static_cast<void>(ranges_.push(std::move(range)));  // fails only when the crew has ended
    });
  }

  const RestoreOptions& options_;
  const RestorePlan& plan_;
  const RestoreContext& context_;
  const std::string bucket_;
  RestoreTally tally_;
  RangeRestorer restorer_;
  ThawRequests thaws_;
  RangeSplitter splitter_;

  base::BoundedQueue<MemberRange> ranges_;
  base::TaskGroup crew_;  // last: its threads use everything above
};

}  // namespace

RestoreReport run_restore(const RestoreOptions& options, const RestorePlan& plan,
                          const RestoreContext& context) {
  context.observer.restore_planned(
      {plan.volumes.size(), plan.members, plan.member_bytes, plan.frozen_volumes});
  // A thaw costs money and takes hours. So first the run makes sure that it can write.
  if (plan.members != 0) expect_usable_targets(plan, context, RestoreTarget::Trial::write);
  return RestoreRun(options, plan, context).run();
}

}  // namespace s3c::restore
