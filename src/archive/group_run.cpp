#include "archive/group_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>
#include <variant>

#include "archive/cleared_volume.h"
#include "base/backoff.h"
#include "base/encoding.h"
#include "base/error.h"

namespace s3c::archive {

using base::Error;
using base::ErrorKind;

namespace {

/// Passes through the protocol before a group is given up. Each pass that fails was lost to another run that
/// made progress, so a handful means that something keeps taking our name.
constexpr int kMaxPasses = 8;

}  // namespace

class GroupRun::Pass {
 public:
  Pass(GroupRun& run, GroupReport& report)
      : run_(run),
        s_(run.s_),
        report_(report),
        listing_(s_.context.stores.source, s_.options.selection.bucket, run.group_.prefix, "", s_.filter),
        deletes_([this] { doomed_.cancel(); }) {}
  ~Pass() { doomed_.close(); }  // or deletes_ would wait for ever
  Pass(const Pass&) = delete;
  Pass& operator=(const Pass&) = delete;

  Outcome run() {
    // 1: nothing listed, nothing to do.
    if (listing_.peek() == nullptr) {
      sweep_versions();
      return Outcome::done;
    }
    // 2: what of it is committed already?
    load_committed();
    mark_committed();
    // What killed runs left of it goes first, if there is more to do than look.
    if (!run_.cleaned_ && next_to_pack() != nullptr) {
      s_.cleanup.clean(run_.group_.stem, state_);
      run_.cleaned_ = true;
    }
    // 3 to 8, a volume at a time; the sources of one are deleted while the next is packed.
    while (next_to_pack() != nullptr && !s_.context.stop.stop_requested()) {
      if (make_volume() == Outcome::start_again) {
        finish_deletes();
        return Outcome::start_again;
      }
    }
    // 8 for what earlier runs committed and did not get to delete.
    if (!s_.options.keep_sources) {
      for (const CommittedVolume* volume : archived_->volumes_with_sources())
        delete_sources({s_.catalog.mark(*volume, true), CommittedBy::earlier_run, std::nullopt});
    }
    finish_deletes();
    sweep_versions();
    return Outcome::done;
  }

  /// Steps 1 and 2 only.
  void look() {
    if (listing_.peek() == nullptr) return;
    load_committed();
    while (const s3::ObjectSummary* object = next_to_pack()) {
      ++report_.to_archive;
      report_.to_archive_bytes += object->size_bytes;
      take();
    }
  }

 private:
  void load_committed() {
    state_ = s_.catalog.load_group(run_.group_.stem);
    for (const CommittedVolume& volume : state_.committed) taken_keys_.insert(volume.manifest().archive_key);
    // A new archive at the name of a lost one would pass for its own at first glance.
    report_.lost.clear();
    for (const index::Manifest& lost : state_.lost) {
      taken_keys_.insert(lost.archive_key);
      report_.lost.push_back(lost.archive_key);
      warn_of_lost(lost.archive_key);
    }
    for (const index::Manifest& volume : state_.without_id) {
      s_.context.log.warn("{} lost its id: verify --deep --mend reads it and gives it back",
                          base::printable(volume.archive_key));
    }
    // The names of other sources' volumes are taken, but what they hold isn't ours.
    std::erase_if(state_.committed, [&](const CommittedVolume& volume) {
      return !is_of_group(volume, s_.options.selection.bucket, run_.group_.prefix);
    });
    archived_.emplace(s_.catalog, state_.committed);
  }

  void warn_of_lost(const std::string& archive_key) {
    s_.context.log.warn("the archive of a committed volume is gone or was replaced: {}",
                        base::printable(archive_key));
  }

  /// What an earlier run committed and could not mark any more gets its mark, whether it has sources or not.
  void mark_committed() {
    if (state_.committed.empty()) return;
    const std::vector<ManifestName> marks = s_.catalog.list_commit_marks(run_.group_.stem);
    for (const CommittedVolume& volume : state_.committed) {
      const ManifestName name{volume.manifest().archive_key, volume.manifest().id};
      if (std::find(marks.begin(), marks.end(), name) == marks.end()) s_.catalog.mark(volume);
    }
  }

  /// The object isn't admitted again by this run, and is named in the report.
  void leave_for_good(LeftObject object) {
    s_.context.log.warn("left in place: {}: {}{}{}", base::printable(object.key), describe(object.reason),
                        object.detail.empty() ? "" : ": ", object.detail);
    run_.spoilers_.insert(object.key);
    base::MutexLock lock(report_mutex_);
    report_.left.add(std::move(object));
  }

  /// Moves over what needs no packing: members of committed volumes, and objects that spoiled a volume
  /// before. After a stop nothing more is packed.
  const s3::ObjectSummary* next_to_pack() {
    while (const s3::ObjectSummary* object = s_.context.stop.stop_requested() ? nullptr : listing_.peek()) {
      const bool spoiler = run_.spoilers_.contains(object->key);
      const bool archived = !spoiler && archived_->contains(*object);
      if (!spoiler && !archived) return object;
      if (archived) ++report_.already_archived;
      take();
    }
    return nullptr;
  }

  /// Moves the listing on by one object and counts it.
  void take() {
    ++report_.listed;
    report_.listed_bytes += listing_.peek()->size_bytes;
    listing_.pop();
  }

  Outcome make_volume() {
    const s3::ObjectSummary first = *listing_.peek();
    // An object larger than a whole volume may be has one of its own, with parts to fit.
    const bool alone = first.size_bytes > s_.options.max_size_bytes;
    const std::uint64_t part_size = alone
                                        ? part_size_bytes(first.size_bytes, 1)
                                        : part_size_bytes(s_.options.max_size_bytes, s_.options.max_objects);
    const std::uint64_t buffers = buffers_for(part_size);
    if (buffers > s_.buffers.total_bytes()) {
      leave_for_good(
          {first.key, LeftReason::too_large, fmt::format("parts of {} bytes are needed", part_size)});
      return Outcome::done;
    }

    // 3: a free name and a fresh id.
    const std::optional<std::string> key = choose_archive_key();
    if (!key) return Outcome::start_again;
    const OpenVolume::Setup setup{s_.context.stores.archive,
                                  s_.slots,
                                  s_.options,
                                  s_.powers,
                                  s_.context.clock,
                                  run_.group_,
                                  [this](std::uint64_t bytes) { count_bytes_out(bytes); }};
    auto volume = std::make_shared<OpenVolume>(setup, *key, part_size, s_.buffers.lease(buffers));
    SealedVolume sealed;
    try {
      // 4: every object is fetched, proven, compressed and appended by the crew.
      admit_objects(volume);
      set_stage(GroupProgress::Stage::committing);
      sealed = volume->seal();
      if (s_.options.readback && sealed.manifest.objects != 0) {
        set_stage(GroupProgress::Stage::reading_back);
        s_.readback.promote(sealed);
        set_stage(GroupProgress::Stage::committing);
      }
    } catch (const VolumeSpoiled& spoiled) {
      volume->abandon();
      leave_for_good(spoiled.object);
      return Outcome::start_again;
    } catch (const Error& error) {
      abandon_after_failure(*volume);
      if (!was_cleared(error)) throw;
      return start_again_after({"", cleared(error.context())}, *key);
    } catch (...) {
      abandon_after_failure(*volume);
      throw;
    }
    if (sealed.manifest.objects == 0) {
      volume->abandon();
      count_left(sealed);
      return Outcome::done;
    }

    // 5 to 7: from here on only what the store confirms counts.
    std::variant<Commit, LostRace> outcome = s_.committer.commit(sealed);
    if (auto* lost = std::get_if<LostRace>(&outcome)) return start_again_after(*lost, *key);
    count_left(sealed);
    commit_reached(std::get<Commit>(outcome));
    return Outcome::done;
  }

  /// The first name that no volume has, committed or lost; nullopt: somebody was faster than our listing,
  /// look again.
  std::optional<std::string> choose_archive_key() {
    for (int n = 1;; ++n) {
      const std::string key = ArchiveName::volume_key(run_.group_.stem, n);
      if (taken_keys_.contains(key)) continue;
      const std::optional<s3::ObjectHead> archive =
          s_.context.stores.archive.head_object(s_.catalog.bucket(), key);
      if (!archive) return key;
      const auto id = archive->metadata.find(kIdMetadata);
      if (id == archive->metadata.end()) continue;  // a foreign object: the name is taken
      // Going on to the next name now would archive everything twice if this is a run that was faster than
      // our listing.
      if (run_.unproven_ids_.insert(id->second).second) return std::nullopt;
      const bool has_manifest = std::find(state_.listed.begin(), state_.listed.end(),
                                          ManifestName{key, id->second}) != state_.listed.end();
      throw Error(
          ErrorKind::corrupt,
          has_manifest
              ? "an archive of this group is not what its manifest says; nothing was deleted, look at it "
                "before archiving more of this group"
              : "an archive of this group has no manifest; nothing was deleted, put its manifest back or "
                "move the archive away before archiving more of this group",
          {.operation = "verify", .resource = s_.catalog.bucket() + "/" + key});
    }
  }

  void admit_objects(const std::shared_ptr<OpenVolume>& volume) {
    const Turnstile::Turn turn(s_.turnstile);
    set_stage(GroupProgress::Stage::packing);
    std::uint64_t objects = 0;
    std::uint64_t bytes = 0;
    while (const s3::ObjectSummary* object = next_to_pack()) {
      const bool full = objects == s_.options.max_objects ||
                        (objects != 0 && bytes + object->size_bytes > s_.options.max_size_bytes);
      if (full || s_.context.stop.stop_requested()) return;
      ++objects;
      bytes += object->size_bytes;
      WorkItem item{volume, run_.group_.prefix, {*object, volume->builder().admit(object->key)}};
      take();
      const std::uint64_t sequence = item.object.admission.sequence;
      if (!s_.crew.take(std::move(item))) {
        // Answered here, for nobody else will: seal() and abandon() wait for every admission.
        volume->builder().fail(
            sequence, std::make_exception_ptr(Error(ErrorKind::internal, "the packing crew is gone")));
        return;
      }
      s_.context.progress.update(run_.group_.prefix,
                                 [](GroupProgress& group, RunProgress&) { ++group.listed; });
    }
    s_.context.progress.update(run_.group_.prefix,
                               [](GroupProgress& group, RunProgress&) { group.listing_done = true; });
  }

  Outcome start_again_after(const LostRace& lost, const std::string& key) {
    // A refusal or a bug of ours would be met again by every further pass.
    if (lost.error && (!lost.error->worth_retrying() || lost.error->kind() == ErrorKind::internal))
      throw *lost.error;
    // Nobody's archive is there: something only removed our upload. Where runs fence each other (5b) that is
    // how a race is lost, elsewhere only gc and lifecycle rules do it.
    const bool to_a_run = !lost.winner_id.empty() || !s_.powers.conditional_complete;
    if (!lost.error && to_a_run) ++report_.lost_races;
    if (!lost.error && !lost.winner_id.empty()) {
      s_.context.log.info("{}: another run committed it first", key);
    } else {
      run_.last_error_ = lost.error ? *lost.error : cleared({.resource = s_.catalog.bucket() + "/" + key});
      s_.context.log.warn("{} was not committed and is started again: {}", key, run_.last_error_->what());
    }
    return Outcome::start_again;
  }

  void commit_reached(const Commit& commit) {
    const index::Manifest& m = commit.volume.manifest();
    taken_keys_.insert(m.archive_key);
    report_.volumes.push_back({m.archive_key, m.objects, m.source_size_bytes, m.archive_size_bytes});
    s_.context.log.info("committed {}: {} objects, {} bytes", m.archive_key, m.objects, m.archive_size_bytes);
    // From here on the record outlives its archive, whatever happens to that, and whether sources go or not.
    const MarkedVolume marked = s_.catalog.mark(commit.volume);
    if (!s_.options.keep_sources) delete_sources({marked, CommittedBy::this_run, commit.looked_at});
  }

  /// One volume's sources are deleted at a time, and one more volume may wait for that: a store that deletes
  /// more slowly than we pack slows us down instead of piling up threads.
  void delete_sources(DoomedVolume doomed) {
    set_stage(GroupProgress::Stage::deleting);
    if (!deleting_) deletes_.spawn([this](const std::stop_token&) { delete_doomed(); });
    deleting_ = true;
    if (!doomed_.push(std::move(doomed))) finish_deletes();  // throws what ended them
  }

  void delete_doomed() {
    while (const std::optional<DoomedVolume> doomed = doomed_.pop()) {
      const DeleteReport done = s_.deleter.delete_members(*doomed, s_.filter, [this](std::uint64_t deleted) {
        s_.context.progress.update(run_.group_.prefix, [&](GroupProgress& group, RunProgress& run) {
          group.deleted += deleted;
          run.objects_deleted += deleted;
        });
        base::MutexLock lock(report_mutex_);
        report_.deleted += deleted;
      });
      base::MutexLock lock(report_mutex_);
      report_.markers += done.markers;
      report_.versions_kept += done.versions_kept;
      report_.versions_kept_bytes += done.versions_kept_bytes;
      report_.left.add(done.left);
    }
  }

  void finish_deletes() {
    doomed_.close();
    deletes_.wait();
  }

  /// 8, in a bucket that keeps versions: what the delete markers hide, of this run and of killed ones. A run
  /// that is asked to stop leaves it to the next one.
  void sweep_versions() {
    if (!s_.options.delete_versions || s_.context.stop.stop_requested()) return;
    const SweepReport done = s_.sweep.sweep(run_.group_, s_.filter);
    if (report_.lost.empty()) {
      report_.lost = done.lost;
      for (const std::string& archive_key : report_.lost) warn_of_lost(archive_key);
    }
    report_.versions_deleted += done.deleted;
    report_.versions_kept = done.kept;
    report_.versions_kept_bytes = done.kept_bytes;
    report_.left.add(done.left);
  }

  void count_left(const SealedVolume& sealed) {
    base::MutexLock lock(report_mutex_);
    report_.vanished += sealed.vanished;
    report_.left.add(sealed.left);
  }

  /// The error that ended the volume is the one to tell; an abort that fails as well leaves an unfinished
  /// upload, which is invisible to readers and cleared by a later run.
  void abandon_after_failure(OpenVolume& volume) {
    try {
      volume.abandon();
    } catch (const Error& error) {
      s_.context.log.warn("the unfinished upload of {} stays behind: {}", volume.archive_key(), error.what());
    }
  }

  /// A volume pays for the part it fills and, when its parts are larger than usual, for what those take in
  /// flight. One that will be smaller than a part pays for that only, so that many small groups are open at
  /// once: each takes a dozen round trips, whatever its size.
  std::uint64_t buffers_for(std::uint64_t part_size) const {
    const auto slots = static_cast<std::uint64_t>(s_.slots.count());
    const std::uint64_t in_flight = slots * (part_size - part_size_bytes(0, 0));
    const std::optional<SourceListing::Rest> rest = listing_.rest();
    const std::uint64_t largest = rest ? largest_archive_bytes(rest->bytes, rest->objects) : part_size;
    return in_flight + std::min(part_size, largest);
  }

  void set_stage(GroupProgress::Stage stage) {
    s_.context.progress.update(run_.group_.prefix,
                               [stage](GroupProgress& group, RunProgress&) { group.stage = stage; });
  }

  void count_bytes_out(std::uint64_t bytes) {
    s_.context.progress.update(run_.group_.prefix,
                               [bytes](GroupProgress&, RunProgress& run) { run.bytes_out += bytes; });
  }

  GroupRun& run_;
  const RunShared& s_;
  base::Mutex
      report_mutex_;  // deletes run beside the packing; each guards what it adds to report_.left and the like
  GroupReport& report_;
  SourceListing listing_;
  GroupState state_;
  std::set<std::string> taken_keys_;
  std::optional<ArchivedMembers> archived_;
  bool deleting_ = false;
  base::BoundedQueue<DoomedVolume> doomed_{1};
  base::TaskGroup deletes_;  // last: its threads use everything above
};

void GroupRun::run(GroupReport& report) {
  report.prefix = group_.prefix;
  for (int pass = 1;; ++pass) {
    const std::size_t spoilers_before = spoilers_.size();
    report.listed = report.listed_bytes = report.already_archived = 0;
    for (const VolumeReport& volume : report.volumes) {
      report.listed += volume.objects;
      report.listed_bytes += volume.source_bytes;
    }
    if (Pass(*this, report).run() == Outcome::done) break;
    if (spoilers_.size() != spoilers_before) {
      --pass;  // one object fewer: that is progress, and it happens at most once for each object
    } else if (pass == kMaxPasses) {
      throw last_error_
          ? *last_error_
          : Error(ErrorKind::transient, "other runs keep committing volumes of this group; run again later",
                  {.operation = "commit", .resource = group_.prefix, .attempts = pass});
    } else {
      pause(pass);
    }
  }
}

void GroupRun::dry_run(GroupReport& report) {
  report.prefix = group_.prefix;
  Pass(*this, report).look();
}

void GroupRun::pause(int pass) {
  // Random, so that two runs that collided don't meet again at the next step.
  std::minstd_rand random{std::random_device{}()};
  s_.context.clock.sleep_for(
      base::Backoff{std::chrono::milliseconds{200}, std::chrono::seconds{5}}.delay(pass, random),
      s_.context.stop);
}

}  // namespace s3c::archive
