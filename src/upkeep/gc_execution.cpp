#include "upkeep/gc_execution.h"

#include <variant>

#include "base/encoding.h"
#include "catalog/committed_volume.h"
#include "catalog/take_back.h"

namespace s3c::upkeep {

void GcExecution::carry_out(const GcCandidate& candidate) {
  std::visit(
      [this](const auto& one) {
        tally_.attempt(one.garbage, [&](Garbage& garbage) { remove(one, garbage); });
      },
      candidate);
}

void GcExecution::remove(const UncommittedRecord& record, Garbage& garbage) {
  const auto outcome = changes_.take_back(record.manifest);
  if (std::holds_alternative<catalog::CommittedVolume>(outcome)) {
    return context_.log.info("{} was committed meanwhile", base::printable(record.manifest.archive_key));
  }
  if (record.upload) tally_.note_aborted(*record.upload);
  if (const auto* lost = std::get_if<catalog::LostArchive>(&outcome)) {
    garbage.why = lost->why;
    return tally_.note(&GcReport::damaged, garbage);
  }
  tally_.note(&GcReport::removed, garbage);
  if (record.index_garbage) tally_.note(&GcReport::removed, *record.index_garbage);
}

/// The index's run may be about to write the manifest. Once no upload to that name is left, its volume can't
/// be committed any more. Only from then on does a missing manifest mean that the index is garbage.
void GcExecution::remove(const LoneIndex& index, Garbage& garbage) {
  for (const s3::MultipartUpload& upload : index.uploads) {
    changes_.abort(upload);
    tally_.note_aborted(upload);
  }
  if (index.in_the_making) return;  // its run may still work
  if (is_manifest_there(index.name)) return;
  const auto archive = context_.store.head_object(catalog_.bucket(), index.name.archive_key);
  if (catalog::record_id(archive) == index.name.id) {
    garbage.why = "its archive is there, but the manifest is gone";
    return tally_.note(&GcReport::damaged, garbage);
  }
  // A commit mark was written since the listing: the next gc reports it.
  if (!changes_.remove_lone_index(index.name)) return;
  tally_.note(&GcReport::removed, garbage);
}

/// What helps depends on what stands at the name: a record made again out of another archive would be that
/// one's, and bring nothing back.
void GcExecution::remove(const LoneCommitMark& mark, Garbage& garbage) {
  if (is_manifest_there(mark.name)) return;
  const auto archive = context_.store.head_object(catalog_.bucket(), mark.name.archive_key);
  garbage.why = "its volume was committed, but the manifest is gone";
  if (catalog::record_id(archive) == mark.name.id) {
    garbage.why += ": catalog rebuild makes it again out of the archive";
  } else {
    garbage.why += archive ? ", and another object stands at the archive's name" : ", and the archive too";
    garbage.why += ": bring the archive back from a copy, or let catalog forget remove what is left";
  }
  tally_.note(&GcReport::damaged, garbage);
}

void GcExecution::remove(const TakeBackMark& mark, Garbage& garbage) {
  if (is_manifest_there(mark.name)) return;
  changes_.remove_object(garbage.key);
  tally_.note(&GcReport::removed, garbage);
}

void GcExecution::remove(const OldUpload& upload, Garbage& garbage) {
  changes_.abort(upload.upload);
  tally_.note(&GcReport::removed, garbage);
}

void GcExecution::remove(const OldCopy& /*copy*/, Garbage& garbage) {
  changes_.remove_object(garbage.key);
  tally_.note(&GcReport::removed, garbage);
}

bool GcExecution::is_manifest_there(const catalog::ManifestName& name) {
  return context_.store.head_object(catalog_.bucket(), catalog::manifest_key(name.archive_key, name.id))
      .has_value();
}

}  // namespace s3c::upkeep
