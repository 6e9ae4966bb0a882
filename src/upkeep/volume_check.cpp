#include "upkeep/volume_check.h"

#include <fmt/format.h>

#include <utility>

#include "base/age_limit.h"
#include "base/encoding.h"
#include "catalog/archive_origin.h"
#include "catalog/catalog_listing.h"
#include "catalog/committed_volume.h"
#include "catalog/volume_mend.h"
#include "upkeep/index_look.h"

namespace s3c::upkeep {

using base::Error;
using base::ErrorKind;

namespace {

using Kind = VolumeFinding::Kind;

/// The store's answer tells, not the storage class in the listing: some stores let objects of Glacier classes
/// be read.
bool is_frozen(const Error& error) {
  return error.kind() == ErrorKind::wrong_state;
}

/// Parts that the store copies at a time.
constexpr int kCopies = 8;

}  // namespace

std::string_view to_string(VolumeFinding::Kind kind) {
  switch (kind) {
    case VolumeFinding::Kind::whole:
      return "whole";
    case VolumeFinding::Kind::lost_id:
      return "lost_id";
    case VolumeFinding::Kind::unproven:
      return "unproven";
    case VolumeFinding::Kind::damaged:
      return "damaged";
    case VolumeFinding::Kind::unfinished:
      return "unfinished";
    case VolumeFinding::Kind::garbage:
      return "garbage";
    case VolumeFinding::Kind::unrecorded:
      return "unrecorded";
    case VolumeFinding::Kind::foreign:
      return "foreign";
    case VolumeFinding::Kind::absent:
      return "absent";
    case VolumeFinding::Kind::failed:
      return "failed";
    case VolumeFinding::Kind::none:
      return "none";
  }
  return "none";
}

void VolumeFinding::damage(std::string what) {
  kind = Kind::damaged;
  damages.add({"", std::move(what)});
}

VolumeCheck::VolumeCheck(s3::ObjectStore& store, const Options& options, base::MemoryBudget& memory,
                         VerifyProgress& progress, std::stop_token stop)
    : store_(store),
      bucket_(options.scope.archive_bucket),
      options_(options),
      memory_(memory),
      progress_(progress),
      stop_(std::move(stop)),
      catalog_(store, bucket_),
      copies_(kCopies) {}

VolumeFinding VolumeCheck::check(const catalog::ListedVolume& listed) {
  return check(listed, Wanted::in_scope);
}

VolumeFinding VolumeCheck::check(const catalog::ListedVolume& listed, Wanted wanted) {
  VolumeFinding finding;
  finding.archive_key = listed.archive_key;
  try {
    judge(listed, finding);
    if (wanted == Wanted::in_scope && finding.kind == Kind::foreign && options_.scope.bucket.empty())
      finding.kind = Kind::none;  // it was looked at because it looks like a volume, and it is none
    if (finding.manifest) {
      if (const auto contradiction = options_.scope.contradiction_in(*finding.manifest)) {
        finding.damage(*contradiction +
                       ": if it was changed, move it away, then catalog rebuild makes it again");
      } else if (wanted == Wanted::in_scope && !options_.scope.holds(*finding.manifest)) {
        finding.kind = Kind::none;
      }
    }
    if (!options_.deep) return finding;
    if (finding.kind == Kind::whole || finding.kind == Kind::lost_id || finding.kind == Kind::unproven) {
      read(listed.archive, finding);
    } else if (finding.kind == Kind::damaged) {
      finding.damages.edit_named().back().what += "; its members were not read";
    }
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled && stop_.stop_requested()) {
      finding = {};
      finding.kind = VolumeFinding::Kind::none;
      return finding;
    }
    if (error.kind() == ErrorKind::cancelled) throw;
    finding.kind = VolumeFinding::Kind::failed;
    finding.error = error;
  }
  return finding;
}

std::vector<VolumeFinding> VolumeCheck::check_named(const std::string& archive_key) {
  std::vector<VolumeFinding> findings;
  try {
    std::optional<s3::ObjectSummary> archive;
    if (const auto head = store_.head_object(bucket_, archive_key)) {
      archive = s3::ObjectSummary{.key = archive_key,
                                  .size_bytes = head->size_bytes,
                                  .etag = head->etag,
                                  .last_modified = head->last_modified,
                                  .storage_class = head->storage_class,
                                  .thaw = head->thaw};
    }
    std::vector<catalog::CatalogRecord> records;  // few: those of the runs that raced for the name
    catalog::CatalogListing listing(store_, bucket_, archive_key + "/");
    while (auto record = listing.next()) records.push_back(*std::move(record));
    for (const catalog::CatalogRecord& record : records)
      findings.push_back(check({archive_key, record, archive}, Wanted::any));
    if (!findings.empty()) return findings;
    if (archive) {
      findings.push_back(check({archive_key, std::nullopt, archive}, Wanted::any));
    } else {
      VolumeFinding& absent = findings.emplace_back();
      absent.archive_key = archive_key;
      absent.kind = Kind::absent;
    }
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    VolumeFinding& failed = findings.emplace_back();
    failed.archive_key = archive_key;
    failed.kind = VolumeFinding::Kind::failed;
    failed.error = error;
  }
  return findings;
}

void VolumeCheck::judge(const catalog::ListedVolume& listed, VolumeFinding& finding) {
  if (!listed.record) return judge_without_manifest(listed, finding);
  catalog::VolumeInfo volume = catalog::find_state(store_, catalog_, listed);
  finding.manifest = std::move(volume.manifest);
  switch (volume.state) {
    case catalog::VolumeState::committed:
    case catalog::VolumeState::no_index:
      judge_mark(*listed.record, finding);
      return judge_index(finding);
    case catalog::VolumeState::lost_id:
      finding.kind = VolumeFinding::Kind::lost_id;
      return judge_index(finding);
    case catalog::VolumeState::unproven:
      finding.kind = VolumeFinding::Kind::unproven;
      return judge_index(finding);
    case catalog::VolumeState::vanished:
      throw vanished_manifest(catalog_, listed.record->name);
    case catalog::VolumeState::lost:
    case catalog::VolumeState::replaced:
      return finding.damage(std::move(volume.detail));
    case catalog::VolumeState::unreadable:
      if (volume.unreadable->kind() != ErrorKind::damaged) throw *volume.unreadable;
      return finding.damage(volume.detail + ": move the manifest away, then catalog rebuild makes it again");
    case catalog::VolumeState::no_manifest:
      return judge_without_manifest(listed, finding);
    case catalog::VolumeState::unfinished:
      return judge_unfinished(listed, finding);
  }
}

/// Without its mark a record counts as one of a killed run if its archive is lost. A record of an older version
/// (and one that was made again) counts as marked without one.
void VolumeCheck::judge_mark(const catalog::CatalogRecord& record, VolumeFinding& finding) {
  finding.unmarked =
      finding.manifest->commit_marks && !record.marked && !catalog_.has_commit_mark(record.name);
}

/// The index decides what is deleted. So it is compared even when no members are read.
void VolumeCheck::judge_index(VolumeFinding& finding) {
  const IndexLook look =
      look_at_index(store_, catalog_, *finding.manifest, !options_.deep);  // a deep check reads it anyway
  if (look.state == IndexLook::State::missing) {
    finding.damage(
        "its index is not there: find, ls and restore can't use it; catalog rebuild makes it again");
  } else if (look.state == IndexLook::State::other) {
    finding.damage(look.why + ": move it away, then catalog rebuild makes it again");
  }
}

/// False: the index isn't the manifest's.
bool VolumeCheck::read_index(VolumeFinding& finding) {
  try {
    catalog_.expect_index(*finding.manifest);
    return true;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::damaged) throw;
    finding.damage(error.message());
    return false;
  }
}

void VolumeCheck::judge_without_manifest(const catalog::ListedVolume& listed, VolumeFinding& finding) {
  const auto head = store_.head_object(bucket_, listed.archive_key);
  if (!head) {
    expect_unlisted(listed.archive_key);
    finding.kind = VolumeFinding::Kind::none;
    return;
  }
  if (const auto record = find_record({listed.archive_key, catalog::record_id(head)})) {
    judge({listed.archive_key, record, listed.archive}, finding);  // committed since the catalog was listed
  } else if (catalog::id_of(head).empty()) {
    const bool ours = may_be_ours(catalog::origin_of(store_, bucket_, listed.archive_key, *head));
    finding.kind = ours ? VolumeFinding::Kind::unrecorded : VolumeFinding::Kind::foreign;
  } else {
    finding.damage("the catalog has no manifest of it; catalog rebuild makes it again");
  }
}

/// Throws not_found if the store still lists an archive that it has just answered 404 for.
void VolumeCheck::expect_unlisted(const std::string& archive_key) {
  s3::ObjectListing listing(store_, bucket_, archive_key, "", {});
  const s3::ObjectSummary* first = listing.peek();
  if (first == nullptr || first->key != archive_key) return;
  throw Error(ErrorKind::not_found,
              "the store lists this archive but answers 404 when it is looked at, so nothing is known of it",
              {.operation = "verify", .resource = bucket_ + "/" + archive_key});
}

void VolumeCheck::judge_unfinished(const catalog::ListedVolume& listed, VolumeFinding& finding) {
  const catalog::CatalogRecord& record = *listed.record;
  // No run is still making a foreign archive.
  if (!catalog::is_foreign_id(record.name.id) &&
      !base::AgeLimit(store_.now(), options_.min_age).passed_by(record.last_modified)) {
    finding.kind = VolumeFinding::Kind::unfinished;
    return;
  }
  if (!record.manifest_bytes) {
    finding.kind = VolumeFinding::Kind::garbage;  // an index alone: nothing was ever deleted because of it
    return;
  }
  if (!finding.manifest) {
    finding.kind = VolumeFinding::Kind::none;  // taken back since it was listed
    return;
  }
  // A killed run leaves such a record. So does a person who deletes the archive of a run with --keep-sources.
  // No program deleted a source because of this record, but a person may have done so since.
  const auto head = store_.head_object(bucket_, listed.archive_key);
  if (!head) {
    return finding.damage(
        "there is a manifest but no archive: the run was killed before it made the archive, or the "
        "archive was deleted before any source was (gc removes such records)");
  }
  if (catalog::record_id(head) == record.name.id) return judge(listed, finding);  // completed a moment ago
  const std::string id = catalog::id_of(head);
  if (id.empty()) {
    finding.damage(
        "an object without a volume's id stands at its name: the run was killed before it made the "
        "archive, or the archive was overwritten before any source was deleted (gc removes such records)");
  } else if (!find_record({listed.archive_key, id})) {
    finding.damage("a volume that no manifest names stands at its name: was the archive overwritten?");
  } else {
    finding.kind = VolumeFinding::Kind::garbage;  // another run was faster
  }
}

std::optional<catalog::CatalogRecord> VolumeCheck::find_record(const catalog::ManifestName& name) {
  const auto head = store_.head_object(bucket_, catalog::manifest_key(name.archive_key, name.id));
  if (!head) return std::nullopt;
  return catalog::CatalogRecord{name, head->last_modified, head->size_bytes, std::nullopt,
                                catalog_.has_commit_mark(name)};
}

void VolumeCheck::read(const std::optional<s3::ObjectSummary>& archive, VolumeFinding& finding) {
  const index::Manifest& manifest = *finding.manifest;
  const std::string etag = etag_of(archive, manifest.archive_key);
  if (!audit(etag, finding) || finding.kind == VolumeFinding::Kind::whole) return;
  finding.kind = VolumeFinding::Kind::lost_id;  // every byte of it is the manifest's
  if (!options_.mend) return;
  catalog::give_id_back(store_, bucket_, manifest, etag, copies_, stop_);
  finding.kind = VolumeFinding::Kind::whole;
  finding.mended = true;
}

/// False: it is damaged, or could not be read before a thaw.
bool VolumeCheck::audit(const std::string& etag, VolumeFinding& finding) {
  const index::Manifest& manifest = *finding.manifest;
  const bool index_is_right = read_index(finding);
  try {
    const auto read = [&] {
      return catalog::audit_volume(store_, {bucket_, manifest.archive_key, etag}, manifest,
                                   catalog_.open_index(manifest), memory_,
                                   [this](std::uint64_t bytes) { visited(bytes); });
    };
    catalog::AuditReport audit = read();
    // What is wrong may have been damaged on its way. Only what a second read finds is damage.
    if (!audit.whole()) audit = read();
    finding.members_read = audit.members;
    finding.damages.add_all(audit.damages);
    if (!audit.whole()) finding.kind = VolumeFinding::Kind::damaged;
    return index_is_right && audit.whole();
  } catch (const Error& error) {
    if (is_frozen(error)) {
      finding.frozen = true;
      if (options_.thaw)
        finding.thaw_started = catalog::ask_for_thaw(store_, bucket_, manifest.archive_key, *options_.thaw);
    } else if (error.kind() == ErrorKind::damaged ||
               (error.kind() == ErrorKind::corrupt && error.context().resource.empty())) {
      // The index in the catalog is damaged. An error that names an object is of a read, which another run may do
      // better; what contradicts itself in proven bytes names none.
      finding.damage(std::string(error.what()) + "; its members were not read");
    } else {
      throw;
    }
    return false;
  }
}

std::string VolumeCheck::etag_of(const std::optional<s3::ObjectSummary>& archive,
                                 const std::string& archive_key) {
  if (archive) return archive->etag;
  const auto head = store_.head_object(bucket_, archive_key);
  return head ? head->etag : "";
}

/// Volumes can have 50 GB. A user who stops verify doesn't want to wait for the end of one.
void VolumeCheck::visited(std::uint64_t bytes) {
  progress_.add(&VerifyCounts::bytes_read, bytes);
  if (stop_.stop_requested()) throw Error(ErrorKind::cancelled, "stopped while reading a volume");
}

}  // namespace s3c::upkeep
