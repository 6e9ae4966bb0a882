#include "archive/group_run.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "archive/group_deletes.h"
#include "archive/group_plan.h"
#include "archive/volume_maker.h"
#include "base/backoff.h"
#include "base/entropy.h"
#include "base/error.h"

namespace s3c::archive {

using base::Error;
using base::ErrorKind;

namespace {

/// A group is given up after so many failed passes through the protocol. Each failed pass was lost to another
/// run that made progress. So many failures mean that other processes keep
/// committing under the name that this run wants.
constexpr int kMaxPasses = 8;

enum class PassEnd {
  done,
  start_again,  ///< the group has to be listed again, which takes a new plan
};

/// Does what a plan says. Used once, by one thread.
class PlanExecution {
 public:
  PlanExecution(RunShared& shared, GroupPlan plan, PassMemory& memory, GroupTally& tally)
      : s_(shared),
        plan_(std::move(plan)),
        memory_(memory),
        tally_(tally),
        deletes_(s_, plan_.group, tally) {}

  PassEnd run() {
    // Mark (2) what earlier runs committed: from then on no program removes these records.
    mark_committed();
    // Clear what killed runs left, but only if there is something to pack: otherwise every run would list the
    // unfinished uploads of every group.
    clear_leftovers();
    // Pack (3, 4) and commit (5 to 7) a volume at a time, so that memory stays flat; delete (8) the sources of
    // one volume while the next one is packed.
    const PassEnd end = make_volumes();
    // Delete (8) what earlier runs committed, but did not delete.
    if (end == PassEnd::done) delete_for_earlier_runs();
    deletes_.finish();
    // Delete (8) the archived versions last: only then do delete markers hide all of them.
    if (end == PassEnd::done) sweep_versions();
    return end;
  }

 private:
  /// Marks each volume that an earlier run committed and did not mark, whether it has sources or not.
  void mark_committed() {
    const std::vector<catalog::ManifestName>& marks = plan_.records.state.marks;
    for (const catalog::CommittedVolume& volume : plan_.records.state.committed) {
      const catalog::ManifestName name{volume.manifest().archive_key, volume.manifest().id};
      if (std::find(marks.begin(), marks.end(), name) == marks.end()) s_.catalog.mark(volume);
    }
  }

  void clear_leftovers() {
    if (memory_.leftovers_cleared || plan_.objects->next_to_pack() == nullptr) return;
    s_.cleanup.clean(plan_.group.stem, plan_.records.state);
    memory_.leftovers_cleared = true;
  }

  PassEnd make_volumes() {
    VolumeMaker maker(s_, plan_, memory_, tally_);
    while (const s3::ObjectSummary* first = plan_.objects->next_to_pack()) {
      s_.left.expect_written();  // otherwise the run would go on packing what it will not delete
      s_.tags.check(*first);     // before anything is packed that could not be archived whole
      const VolumeMaker::Outcome made = maker.make(*first);
      if (std::holds_alternative<VolumeMaker::StartAgain>(made)) return PassEnd::start_again;
      if (const auto* commit = std::get_if<Commit>(&made)) commit_reached(*commit);
    }
    return PassEnd::done;
  }

  void commit_reached(const Commit& commit) {
    const index::Manifest& m = commit.volume.manifest();
    plan_.records.taken_keys.insert(m.archive_key);
    tally_.add_committed(m);
    s_.context.log.info("committed {}: {} objects, {} bytes", m.archive_key, m.objects, m.archive_size_bytes);
    compare_with_asked(commit.volume);
    // From the mark on, the record stays, whatever happens to its archive, and whether sources are deleted or
    // not.
    const catalog::MarkedVolume marked = s_.catalog.mark(commit.volume);
    s_.context.observer.volume_committed(
        {plan_.group.name(), m.archive_key, m.objects, m.source_size_bytes, m.archive_size_bytes});
    if (!s_.options.keep_sources) deletes_.add({marked, CommittedBy::this_run, commit.looked_at});
  }

  /// The bytes are proven, so another class or encryption doesn't keep the sources from being deleted.
  void compare_with_asked(const catalog::CommittedVolume& volume) {
    const index::Manifest& m = volume.manifest();
    const std::string difference = stored_otherwise(s_.options, m.storage_class, volume.archive());
    if (difference.empty()) return;
    if (s_.options.accept_class) {
      s_.context.log.info("{} is stored otherwise than asked: {}", m.archive_key, difference);
      return;
    }
    s_.context.log.warn("{} is stored otherwise than asked: {}", m.archive_key, difference);
    tally_.add_otherwise_stored({m.archive_key, difference});
  }

  void delete_for_earlier_runs() {
    for (const catalog::CommittedVolume* volume : plan_.objects->volumes_with_sources()) {
      compare_with_asked(*volume);
      if (!s_.options.keep_sources)
        deletes_.add({s_.catalog.mark(*volume, true), CommittedBy::earlier_run, std::nullopt});
    }
  }

  /// In a bucket that keeps versions: deletes the archived versions that delete markers hide, those of this
  /// run and those of killed runs. A run that is asked to stop leaves them to the next run.
  void sweep_versions() {
    if (!s_.options.delete_versions || s_.context.stop.stop_requested()) return;
    SweepReport done;
    try {
      s_.sweep.sweep(plan_.group, s_.filter, done);
    } catch (...) {
      tally_.add_sweep(done);  // what was done until then
      throw;
    }
    tally_.add_sweep(done);
    if (!plan_.records.state.lost.empty()) return;  // already warned of
    for (const std::string& archive_key : done.lost) warn_of_lost(s_.context.log, archive_key);
  }

  RunShared& s_;
  GroupPlan plan_;
  PassMemory& memory_;
  GroupTally& tally_;
  GroupDeletes deletes_;
};

void pause_after(int pass, const RunContext& context) {
  // Random, so that two runs that collided don't meet again at the next step.
  std::minstd_rand random{base::random_seed()};
  context.clock.sleep_for(
      base::Backoff{std::chrono::milliseconds{200}, std::chrono::seconds{5}}.delay(pass, random),
      context.stop);
}

void run_passes(RunShared& shared, const catalog::Group& group, PassMemory& memory, GroupTally& tally) {
  for (int pass = 1;; ++pass) {
    const std::size_t spoilers_before = memory.spoilers.size();
    tally.begin_pass();
    // List (1) what there is, and join it (2) with what is committed: nothing is packed twice, and a volume of
    // an earlier run whose sources are still there is found.
    GroupPlan plan = plan_group(shared, group, memory.spoilers, tally);
    if (PlanExecution(shared, std::move(plan), memory, tally).run() == PassEnd::done) return;
    if (memory.spoilers.size() != spoilers_before) {
      --pass;  // one object fewer: that is progress, and it happens at most once for each object
    } else if (pass == kMaxPasses) {
      throw memory.last_error
          ? *memory.last_error
          : Error(ErrorKind::transient, "other runs keep committing volumes of this group; run again later",
                  {.operation = "commit", .resource = group.name(), .attempts = pass});
    } else {
      pause_after(pass, shared.context);
    }
  }
}

}  // namespace

void run_group(RunShared& shared, const catalog::Group& group, GroupTally& tally) {
  PassMemory memory;
  try {
    run_passes(shared, group, memory, tally);
  } catch (...) {
    tally.add_left(memory.unsettled);
    throw;
  }
}

}  // namespace s3c::archive
