#include "archive/volume_maker.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "archive/cleared_volume.h"
#include "base/encoding.h"
#include "catalog/volume_size.h"

namespace s3c::archive {

using base::Error;
using base::ErrorKind;

VolumeMaker::Outcome VolumeMaker::make(const s3::ObjectSummary& first) {
  const std::uint64_t part_size =
      catalog::part_size_of({s_.options.max_objects, s_.options.max_size_bytes}, first.size_bytes);
  const std::uint64_t buffers = buffers_for(part_size);
  if (buffers > s_.buffers.total_bytes()) {
    leave_for_good(
        {first.key, LeftReason::too_large, fmt::format("parts of {} bytes are needed", part_size)});
    return NothingPacked{};
  }

  // 3: a free name and a fresh id.
  const std::optional<std::string> key = choose_archive_key();
  if (!key) return StartAgain{};
  note_layout();
  // 4: every object is fetched, proven, compressed and appended.
  DirectoryLeases directory;  // until the volume is committed or given up
  std::variant<SealedVolume, StartAgain> packed = pack(*key, part_size, buffers, directory);
  if (std::holds_alternative<StartAgain>(packed)) return StartAgain{};
  const SealedVolume& sealed = std::get<SealedVolume>(packed);
  if (sealed.manifest.objects == 0) {
    settle(sealed);
    return NothingPacked{};
  }

  memory_.unsettled = sealed.left;
  // 5 to 7: from here on only what the store confirms counts.
  std::variant<Commit, LostRace> outcome = s_.committer.commit(sealed);
  if (auto* lost = std::get_if<LostRace>(&outcome)) return start_again_after(*lost, *key);
  settle(sealed);
  return std::get<Commit>(std::move(outcome));
}

/// The first name that no volume has, committed or lost. nullopt: another run was faster than our listing, so
/// the group must be listed again.
std::optional<std::string> VolumeMaker::choose_archive_key() {
  const NextName name = next_name(s_, group_, records_);
  if (!name.unproven) return name.archive_key;
  // Another run may have committed this archive after our listing. If we went on to the next name now,
  // everything would be archived twice.
  const std::string id = catalog::id_of(name.unproven);
  if (memory_.unproven_ids.insert(id).second) return std::nullopt;
  if (has_manifest(records_, name))
    throw unproven_archive(s_, name.archive_key, ErrorKind::damaged, kNotAsItsManifest);
  make_record(name.archive_key, id);
  return std::nullopt;
}

/// Before the first volume: readers must know that volumes may have such names.
void VolumeMaker::note_layout() {
  const source::Selection& selection = s_.options.selection;
  const std::string* const prefix =
      catalog::prefix_of_key(s_.options.layout, selection.prefixes, group_.prefix);
  s_.layout_notes.write({selection.bucket, *prefix, s_.options.layout, s_.options.archive_name});
}

/// Makes the record of an archive that stands at a volume's name without one. On some stores a Complete takes
/// effect after its upload was aborted and its record was taken back. Or somebody removed the manifest.
void VolumeMaker::make_record(const std::string& key, const std::string& id) {
  std::string why;
  ErrorKind kind = ErrorKind::damaged;
  if (s_.context.make_record && memory_.remade_ids.insert(id).second) {
    try {
      s_.context.make_record(key);
      s_.context.log.warn("{} had no manifest: its record was made again", base::printable(key));
      return;
    } catch (const Error& error) {
      const bool may_pass = error.kind() == ErrorKind::cancelled || error.kind() == ErrorKind::throttled ||
                            error.kind() == ErrorKind::transient;
      if (may_pass) throw;
      why = fmt::format(", and none could be made of it ({})", error.what());
      kind = error.kind();
    }
  }
  throw unproven_archive(
      s_, key, kind,
      fmt::format(
          "an archive of this group has no manifest{}; nothing was deleted. {}Put its "
          "manifest back (catalog rebuild) or move the archive away before you archive "
          "more of this group",
          why,
          kind == ErrorKind::wrong_state ? "Thaw the archive and run the same command again. Or: " : ""));
}

/// A volume without members is abandoned before it is returned.
std::variant<SealedVolume, VolumeMaker::StartAgain> VolumeMaker::pack(const std::string& key,
                                                                      std::uint64_t part_size,
                                                                      std::uint64_t buffers,
                                                                      DirectoryLeases& directory) {
  const OpenVolume::Setup setup{s_.context.stores.archive,
                                s_.slots,
                                s_.options,
                                s_.powers,
                                s_.context.clock,
                                group_,
                                [this](std::uint64_t bytes) { tally_.count_bytes_out(bytes); }};
  auto volume = std::make_shared<OpenVolume>(setup, key, part_size, s_.buffers.lease(buffers));
  SealedVolume sealed;
  try {
    admit_objects(volume, directory);
    volume->builder().wait_until_answered();  // for the display: it packs until then
    tally_.set_stage(GroupProgress::Stage::committing);
    sealed = volume->seal();
    if (s_.options.readback && sealed.manifest.objects != 0) {
      tally_.set_stage(GroupProgress::Stage::reading_back);
      s_.readback.promote(sealed);
      tally_.set_stage(GroupProgress::Stage::committing);
    }
  } catch (const VolumeSpoiled& spoiled) {
    abandon(*volume);
    leave_for_good(spoiled.object);
    return StartAgain{};
  } catch (const Error& error) {
    abandon_after_failure(*volume);
    if (!was_cleared(error)) throw;
    return start_again_after({"", cleared(error.context())}, key);
  } catch (...) {
    abandon_after_failure(*volume);
    throw;
  }
  if (sealed.manifest.objects == 0) abandon(*volume);
  return sealed;
}

void VolumeMaker::settle(const SealedVolume& sealed) {
  tally_.add_sealed(sealed);
  memory_.unsettled = {};
}

/// Returns once the store has acknowledged the abort.
void VolumeMaker::abandon(OpenVolume& volume) {
  volume.builder().wait_until_answered();
  memory_.unsettled = volume.builder().left();
  volume.abandon();
}

/// Waits, before the volume's next object, until other volumes are committed, if there is no memory for what it makes
/// index and directory grow by. They have all the memory that they need, and don't wait for this volume's turn: so
/// there is no deadlock. objects: that it has. False: stopped.
bool VolumeMaker::lease_directory(std::uint64_t objects, DirectoryLeases& directory) {
  if (objects % kDirectoryStep != 0) return true;
  try {
    directory.push_back(s_.directories.lease(directory_bytes(1), s_.context.stop));
    return true;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::cancelled) throw;
    return false;
  }
}

void VolumeMaker::admit_objects(const std::shared_ptr<OpenVolume>& volume, DirectoryLeases& directory) {
  bool foreseen = foresee_rest();
  tally_.set_stage(GroupProgress::Stage::waiting);
  const Turnstile::Turn turn(s_.turnstile);
  tally_.set_stage(GroupProgress::Stage::packing);
  catalog::VolumeFill fill({s_.options.max_objects, s_.options.max_size_bytes});
  while (const s3::ObjectSummary* object = objects_.next_to_pack()) {
    const std::uint64_t size_bytes = object->size_bytes;
    const bool full = !fill.has_room_for(size_bytes);
    if (full || s_.context.stop.stop_requested() || !lease_directory(fill.objects(), directory)) return;
    fill.add(size_bytes);
    WorkItem item{volume, tally_.group(), {*object, volume->builder().admit(object->key)}};
    objects_.take();
    const std::uint64_t sequence = item.object.admission.sequence;
    if (!s_.crew.take(std::move(item))) {
      // The crew will not answer this object, and seal() and abandon() wait for every admission.
      volume->builder().fail(sequence,
                             std::make_exception_ptr(Error(ErrorKind::internal, "the packing crew is gone")));
      return;
    }
    tally_.count_admitted(size_bytes);
    foreseen = foreseen || foresee_rest();
  }
  if (!s_.context.stop.stop_requested()) tally_.listing_done();  // after a stop the listing just ends
}

/// Tells the progress how many objects are still to come. False: the listing doesn't know yet.
bool VolumeMaker::foresee_rest() {
  const std::optional<s3::ObjectListing::Rest> rest = objects_.rest();
  if (rest) tally_.foresee_rest(*rest);
  return rest.has_value();
}

/// The object isn't admitted again by this run, and is named in the report.
void VolumeMaker::leave_for_good(LeftObject object) {
  s_.left.tell(object);
  memory_.spoilers.insert(object.key);
  tally_.add_left(std::move(object));
}

VolumeMaker::StartAgain VolumeMaker::start_again_after(const LostRace& lost, const std::string& key) {
  // Every further pass would meet the same refusal, or the same bug of ours.
  if (lost.error && (!lost.error->worth_retrying() || lost.error->kind() == ErrorKind::internal))
    throw *lost.error;
  // If no archive stands there, another process has only removed our upload. Where runs fence each other
  // (5b), a run loses a race in this way. Elsewhere only gc and lifecycle rules remove uploads.
  const bool to_a_run = !lost.winner_id.empty() || !s_.powers.conditional_complete;
  if (!lost.error && to_a_run) tally_.count_lost_race();
  if (!lost.error && !lost.winner_id.empty()) {
    s_.context.log.info("{}: another run committed it first", key);
  } else {
    memory_.last_error = lost.error ? *lost.error : cleared({.resource = s_.catalog.bucket() + "/" + key});
    s_.context.log.warn("{} was not committed and is started again: {}", key, memory_.last_error->what());
  }
  return {};
}

/// Aborts the upload. An error of the abort is only logged, because the error that ended the volume is the
/// one to report. The unfinished upload then stays. Readers don't see it, and a later run clears it.
void VolumeMaker::abandon_after_failure(OpenVolume& volume) {
  try {
    abandon(volume);
  } catch (const Error& error) {
    s_.context.log.warn("the unfinished upload of {} stays behind: {}", volume.archive_key(), error.what());
  }
}

/// The memory that a volume leases: for the part that it fills and, when its parts are larger than usual, for
/// what those take in flight. A volume that will be smaller than a part leases only its own size. That allows
/// many small groups to be open at once. Each of them takes a dozen round trips, whatever its size.
std::uint64_t VolumeMaker::buffers_for(std::uint64_t part_size) const {
  const auto slots = static_cast<std::uint64_t>(s_.slots.count());
  const std::uint64_t in_flight = slots * (part_size - catalog::part_size_bytes(0, 0));
  const std::optional<s3::ObjectListing::Rest> rest = objects_.rest();
  const std::uint64_t largest = rest ? catalog::largest_archive_bytes(rest->bytes, rest->objects) : part_size;
  return in_flight + std::min(part_size, largest);
}

}  // namespace s3c::archive
