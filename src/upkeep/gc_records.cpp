#include "upkeep/gc_records.h"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

#include "base/error.h"
#include "catalog/committed_volume.h"
#include "catalog/open_uploads.h"

namespace s3c::upkeep {

using base::Error;
using base::ErrorKind;

namespace {

/// What the catalog has under the name of one archive.
struct Records {
  /// A name with more records than this is handled in several turns: its records must not fill the memory.
  static constexpr std::size_t kMost = 1000;

  std::vector<catalog::CatalogRecord> all;  ///< of one archive key

  /// Whether record belongs to another turn.
  bool ends_before(const catalog::CatalogRecord& record) const {
    return !all.empty() && (all.size() == kMost || all.front().name.archive_key != record.name.archive_key);
  }
};

/// What is to be said of a record whose archive lost its id, or may have; empty: that isn't so.
std::string_view without_id(const index::Manifest& manifest, const std::optional<s3::ObjectHead>& archive) {
  switch (catalog::identify(manifest, archive)) {
    case catalog::ArchiveIdentity::lost_id:
      return "its archive is whole but lost its id: a deep verify that mends gives it back";
    case catalog::ArchiveIdentity::unproven:
      return "an archive of its size and without an id stands at its name. It may be this volume's: a deep verify "
             "that mends finds out";
    default:
      return {};
  }
}

}  // namespace

void GcRecords::find(GcCrew& crew) {
  tally_.list([&] {
    catalog::CatalogListing listing(context_.store, catalog_.bucket());
    Records records;
    const auto flush = [&] {
      return crew.take([this, done = std::exchange(records, {})] { look_at(done.all); });
    };
    while (std::optional<catalog::CatalogRecord> record = listing.next()) {
      if (context_.stop.stop_requested()) return;
      if (records.ends_before(*record) && !flush()) return;
      tally_.count(*record);
      records.all.push_back(*std::move(record));
    }
    if (!records.all.empty()) flush();
  });
}

/// Sends one HEAD for the name, and only if it has a manifest. Reads a manifest only if its id isn't that of
/// the archive. Carries out the plan for one record before it plans for the next one: the uploads of all
/// records of the name are to the same name.
void GcRecords::look_at(const std::vector<catalog::CatalogRecord>& records) {
  std::optional<Archive> archive;
  for (const catalog::CatalogRecord& record : records) {
    std::optional<GcCandidate> candidate;
    if (!record.manifest_bytes) {
      candidate = record.marked ? plan_lone_mark(record) : plan_lone_index(record);
    } else {
      try {
        if (!archive) archive = ask_for_archive(record.name.archive_key);
      } catch (const Error& error) {
        tally_.fail(error);
        continue;
      }
      if (record.name.id != archive->record_id) candidate = plan_manifest(record, *archive);
    }
    if (candidate) execution_.carry_out(*candidate);
  }
}

GcRecords::Archive GcRecords::ask_for_archive(const std::string& archive_key) {
  auto head = context_.store.head_object(catalog_.bucket(), archive_key);
  return {catalog::record_id(head), catalog::id_of(head), std::move(head)};
}

std::optional<GcCandidate> GcRecords::plan_manifest(const catalog::CatalogRecord& record,
                                                    const Archive& archive) {
  std::optional<GcCandidate> candidate;
  tally_.attempt({GarbageKind::manifest, catalog::manifest_key(record.name.archive_key, record.name.id), "",
                  tally_.age_of(record.last_modified), *record.manifest_bytes,
                  archive.volume_id.empty()
                      ? "its archive was never completed"
                      : "its archive was never completed; another run's archive stands at its name"},
                 [&](Garbage& garbage) {
                   std::optional<index::Manifest> manifest = read_if_there(record.name);
                   if (!manifest) return;
                   if (!catalog_.is_of_this_bucket(*manifest)) {
                     garbage.why = fmt::format("it was written for bucket {}", manifest->archive_bucket);
                     return tally_.note(&GcReport::waiting, garbage);
                   }
                   if (const std::string_view why = without_id(*manifest, archive.head); !why.empty()) {
                     garbage.why = why;
                     return tally_.note(&GcReport::without_id, garbage);
                   }
                   std::optional<s3::MultipartUpload> upload;
                   if (manifest->has_upload()) {
                     upload = catalog::find_upload(context_.store, catalog_.bucket(), manifest->archive_key,
                                                   manifest->upload_id);
                   }
                   if (upload && !tally_.is_old_enough(upload->initiated)) return;  // its run may still work
                   std::optional<Garbage> index_garbage;
                   if (record.index_bytes) {
                     index_garbage = {GarbageKind::index,
                                      catalog::index_key(record.name.archive_key, record.name.id),
                                      "",
                                      garbage.age,
                                      *record.index_bytes,
                                      "its manifest was removed"};
                   }
                   candidate = UncommittedRecord{garbage, *std::move(manifest), std::move(index_garbage),
                                                 std::move(upload)};
                 });
  return candidate;
}

std::optional<index::Manifest> GcRecords::read_if_there(const catalog::ManifestName& name) {
  try {
    return catalog_.read_manifest(name);
  } catch (const Error& error) {
    // Its run, or another process, took it back meanwhile.
    if (error.kind() == ErrorKind::not_found) return std::nullopt;
    throw;
  }
}

std::optional<GcCandidate> GcRecords::plan_lone_index(const catalog::CatalogRecord& record) {
  std::optional<GcCandidate> candidate;
  tally_.attempt({GarbageKind::index, catalog::index_key(record.name.archive_key, record.name.id), "",
                  tally_.age_of(record.last_modified), *record.index_bytes, "it has no manifest"},
                 [&](Garbage& garbage) {
                   LoneIndex index{garbage, record.name, {}};
                   // A foreign archive has no upload of ours, so its index is no reason to end one.
                   if (!catalog::is_foreign_id(record.name.id)) find_uploads(index);
                   candidate = std::move(index);
                 });
  return candidate;
}

void GcRecords::find_uploads(LoneIndex& index) {
  const std::string& archive_key = index.name.archive_key;
  catalog::for_each_upload(context_.store, catalog_.bucket(), archive_key,
                           [&](const s3::MultipartUpload& upload) {
                             if (upload.key != archive_key) return true;
                             if (tally_.is_old_enough(upload.initiated)) {
                               index.uploads.push_back(upload);
                             } else {
                               index.in_the_making = true;
                             }
                             return true;
                           });
}

LoneCommitMark GcRecords::plan_lone_mark(const catalog::CatalogRecord& record) const {
  return {{GarbageKind::mark, catalog::commit_mark_key(record.name.archive_key, record.name.id), "",
           tally_.age_of(record.last_modified), 0, "its manifest is gone"},
          record.name};
}

}  // namespace s3c::upkeep
