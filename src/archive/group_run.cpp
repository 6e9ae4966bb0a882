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
#include "archive/group_objects.h"
#include "base/backoff.h"
#include "base/encoding.h"
#include "base/error.h"

namespace s3c::archive {

using base::Error;
using base::ErrorKind;

namespace {

/// A group is given up after so many failed passes through the protocol. Each failed pass was lost to another
/// run that made progress. So many failures mean that something keeps taking our name.
constexpr int kMaxPasses = 8;

}  // namespace

class GroupRun::Pass {
 public:
  Pass(GroupRun& run, GroupTally& tally)
      : run_(run),
        s_(run.s_),
        tally_(tally),
        objects_(s_, run.group_.prefix, run.memory_.spoilers, tally),
        deletes_(s_, tally) {}

  Outcome run() {
    // 1: nothing listed, nothing to do.
    if (objects_.at_end()) {
      sweep_versions();
      return Outcome::done;
    }
    // 2: what of it is already committed?
    load_records();
    mark_committed();
    // The leftovers of killed runs are cleared first, but only if there is something to pack.
    if (!run_.cleaned_ && objects_.next_to_pack() != nullptr) {
      s_.cleanup.clean(run_.group_.stem, records_.state);
      run_.cleaned_ = true;
    }
    // 3 to 7, a volume at a time; 8 deletes the sources of one volume while the next one is packed.
    const Outcome outcome = make_volumes();
    // 8 for volumes that earlier runs committed, but whose sources they did not delete.
    if (outcome == Outcome::done && !s_.options.keep_sources) {
      for (const catalog::CommittedVolume* volume : objects_.volumes_with_sources())
        deletes_.add({s_.catalog.mark(*volume, true), CommittedBy::earlier_run, std::nullopt});
    }
    deletes_.finish();
    if (outcome == Outcome::done) sweep_versions();
    return outcome;
  }

  /// Steps 1 and 2 only.
  void look() {
    if (objects_.at_end()) return;
    load_records();
    while (const s3::ObjectSummary* object = objects_.next_to_pack()) {
      tally_.count_to_archive(*object);
      objects_.take();
    }
  }

 private:
  void load_records() {
    catalog::GroupState& state = records_.state = s_.catalog.load_group(run_.group_.stem);
    for (const catalog::CommittedVolume& volume : state.committed)
      records_.taken_keys.insert(volume.manifest().archive_key);
    // No new volume takes the name of a lost archive. Otherwise the new archive would look like the lost one
    // at first glance.
    std::vector<std::string> lost_keys;
    for (const index::Manifest& lost : state.lost) {
      records_.taken_keys.insert(lost.archive_key);
      lost_keys.push_back(lost.archive_key);
      warn_of_lost(lost.archive_key);
    }
    tally_.set_lost(std::move(lost_keys));
    for (const index::Manifest& volume : state.without_id) {
      s_.context.log.warn("{} lost its id: a deep verify that mends reads it and gives it back",
                          base::printable(volume.archive_key));
    }
    // The names of other sources' volumes stay taken. But their members aren't ours.
    std::erase_if(state.committed, [&](const catalog::CommittedVolume& volume) {
      return !source::is_of_group(volume, s_.options.selection.bucket, run_.group_.prefix);
    });
    objects_.join(s_.catalog, state.committed);
  }

  void warn_of_lost(const std::string& archive_key) {
    s_.context.log.warn("the archive of a committed volume is gone or was replaced: {}",
                        base::printable(archive_key));
  }

  /// Marks each volume that an earlier run committed and did not mark, whether it has sources or not.
  void mark_committed() {
    const std::vector<catalog::CommittedVolume>& committed = records_.state.committed;
    if (committed.empty()) return;
    const std::vector<catalog::ManifestName> marks = s_.catalog.list_commit_marks(run_.group_.stem);
    for (const catalog::CommittedVolume& volume : committed) {
      const catalog::ManifestName name{volume.manifest().archive_key, volume.manifest().id};
      if (std::find(marks.begin(), marks.end(), name) == marks.end()) s_.catalog.mark(volume);
    }
  }

  Outcome make_volumes() {
    VolumeMaker maker(s_, run_.group_, objects_, records_, run_.memory_, tally_);
    while (const s3::ObjectSummary* first = objects_.next_to_pack()) {
      const VolumeMaker::Outcome made = maker.make(*first);
      if (std::holds_alternative<VolumeMaker::StartAgain>(made)) return Outcome::start_again;
      if (const auto* commit = std::get_if<Commit>(&made)) commit_reached(*commit);
    }
    return Outcome::done;
  }

  void commit_reached(const Commit& commit) {
    const index::Manifest& m = commit.volume.manifest();
    records_.taken_keys.insert(m.archive_key);
    tally_.add_committed(m);
    s_.context.log.info("committed {}: {} objects, {} bytes", m.archive_key, m.objects, m.archive_size_bytes);
    // From the mark on, the record stays, whatever happens to its archive, and whether sources are deleted or
    // not.
    const catalog::MarkedVolume marked = s_.catalog.mark(commit.volume);
    if (!s_.options.keep_sources) deletes_.add({marked, CommittedBy::this_run, commit.looked_at});
  }

  /// 8, in a bucket that keeps versions: deletes the archived versions that delete markers hide, those of
  /// this run and those of killed runs. A run that is asked to stop leaves them to the next run.
  void sweep_versions() {
    if (!s_.options.delete_versions || s_.context.stop.stop_requested()) return;
    const SweepReport done = s_.sweep.sweep(run_.group_, s_.filter);
    tally_.add_sweep(done);
    if (!records_.state.lost.empty()) return;  // already warned of
    for (const std::string& archive_key : done.lost) warn_of_lost(archive_key);
  }

  GroupRun& run_;
  const RunShared& s_;
  GroupTally& tally_;
  GroupRecords records_;
  GroupObjects objects_;
  GroupDeletes deletes_;
};

void GroupRun::run(GroupReport& report) {
  GroupTally tally(report, s_.context.progress, group_.prefix);
  for (int pass = 1;; ++pass) {
    const std::size_t spoilers_before = memory_.spoilers.size();
    tally.begin_pass();
    if (Pass(*this, tally).run() == Outcome::done) break;
    if (memory_.spoilers.size() != spoilers_before) {
      --pass;  // one object fewer: that is progress, and it happens at most once for each object
    } else if (pass == kMaxPasses) {
      throw memory_.last_error
          ? *memory_.last_error
          : Error(ErrorKind::transient, "other runs keep committing volumes of this group; run again later",
                  {.operation = "commit", .resource = group_.prefix, .attempts = pass});
    } else {
      pause(pass);
    }
  }
}

void GroupRun::dry_run(GroupReport& report) {
  GroupTally tally(report, s_.context.progress, group_.prefix);
  Pass(*this, tally).look();
}

void GroupRun::pause(int pass) {
  // Random, so that two runs that collided don't meet again at the next step.
  std::minstd_rand random{std::random_device{}()};
  s_.context.clock.sleep_for(
      base::Backoff{std::chrono::milliseconds{200}, std::chrono::seconds{5}}.delay(pass, random),
      s_.context.stop);
}

}  // namespace s3c::archive
