#include "upkeep/gc_records.h"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

#include "base/encoding.h"
#include "base/error.h"
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

}  // namespace

void GcRecords::find(GcCrew& crew) {
  tally_.list([&] {
    catalog::CatalogListing listing(context_.store, options_.archive_bucket);
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

/// Sends one HEAD for the name. Reads a manifest only if its id isn't that of the archive.
void GcRecords::look_at(const std::vector<catalog::CatalogRecord>& records) {
  std::optional<std::string> standing;  // the id of the archive's record
  std::string carried;                  // empty: no archive, or a foreign one
  for (const catalog::CatalogRecord& record : records) {
    if (!record.manifest_bytes && record.marked) {
      tell_lone_mark(record);
      continue;
    }
    if (!record.manifest_bytes) {
      take_lone_index(record);
      continue;
    }
    try {
      if (!standing) {
        const auto archive = context_.store.head_object(options_.archive_bucket, record.name.archive_key);
        carried = catalog::id_of(archive);
        standing = catalog::record_id(archive);
      }
    } catch (const Error& error) {
      tally_.fail(error);
      continue;
    }
    if (record.name.id != *standing) take_manifest(record, carried);
  }
}

void GcRecords::take_manifest(const catalog::CatalogRecord& record, const std::string& carried) {
  tally_.attempt(
      {GarbageKind::manifest, catalog::manifest_key(record.name.archive_key, record.name.id), "",
       tally_.age_of(record.last_modified), *record.manifest_bytes,
       carried.empty() ? "its archive was never completed"
                       : "its archive was never completed; another run's archive stands at its name"},
      [&](Garbage& garbage) {
        const std::optional<index::Manifest> manifest = read_if_there(record.name);
        if (!manifest) return;
        if (!catalog_.is_of_this_bucket(*manifest)) {
          garbage.why = fmt::format("it was written for bucket {}", manifest->archive_bucket);
          return tally_.note(&GcReport::waiting, garbage);
        }
        std::optional<s3::MultipartUpload> upload;
        if (manifest->has_upload()) {
          upload = catalog::find_upload(context_.store, options_.archive_bucket, manifest->archive_key,
                                        manifest->upload_id);
        }
        if (upload && !tally_.is_old_enough(upload->initiated)) return;  // its run may still work
        if (!options_.dry_run && manifest->has_upload()) uploads_.expect_harmless_aborts();
        const auto outcome =
            options_.dry_run ? foresee(*manifest) : catalog::take_back(context_.store, catalog_, *manifest);
        if (std::holds_alternative<catalog::CommittedVolume>(outcome)) {
          return context_.log.info("{} was committed meanwhile", base::printable(record.name.archive_key));
        }
        if (upload) tally_.tell_upload(*upload);
        if (const auto* lost = std::get_if<catalog::LostArchive>(&outcome)) {
          garbage.why = lost->why;
          return tally_.note(&GcReport::damaged, garbage);
        }
        tally_.note(&GcReport::removed, garbage);
        if (record.index_bytes) {
          tally_.note(&GcReport::removed,
                      {GarbageKind::index, catalog::index_key(record.name.archive_key, record.name.id), "",
                       garbage.age, *record.index_bytes, "its manifest was removed"});
        }
      });
}

/// Predicts what take_back() would find, for a dry run.
GcRecords::Outcome GcRecords::foresee(const index::Manifest& manifest) {
  const bool was_committed = catalog_.was_committed(manifest);
  const auto archive = context_.store.head_object(options_.archive_bucket, manifest.archive_key);
  if (auto committed = catalog::prove_committed(manifest, archive)) return *std::move(committed);
  catalog::expect_another_archive(manifest, archive);
  if (was_committed) return catalog::LostArchive{catalog::describe_loss(archive)};
  return catalog::TakenBack{catalog::id_of(archive)};
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

bool GcRecords::is_manifest_there(const catalog::ManifestName& name) {
  return context_.store.head_object(options_.archive_bucket, catalog::manifest_key(name.archive_key, name.id))
      .has_value();
}

/// The index's run may be about to write the manifest. Once no upload to that name is left, its volume can't
/// be committed any more. Only from then on does a missing manifest mean that the index is garbage.
void GcRecords::take_lone_index(const catalog::CatalogRecord& record) {
  const catalog::ManifestName& name = record.name;
  tally_.attempt({GarbageKind::index, catalog::index_key(name.archive_key, name.id), "",
                  tally_.age_of(record.last_modified), *record.index_bytes, "it has no manifest"},
                 [&](Garbage& garbage) {
                   // A foreign archive has no upload of ours, so its index is no reason to end one.
                   if (!catalog::is_foreign_id(name.id) && !uploads_.abort_all_to(name.archive_key))
                     return;  // its run may still work
                   if (is_manifest_there(name)) return;
                   if (catalog::record_id(context_.store.head_object(options_.archive_bucket,
                                                                     name.archive_key)) == name.id) {
                     garbage.why = "its archive is there, but the manifest is gone";
                     return tally_.note(&GcReport::damaged, garbage);
                   }
                   // Written since the listing: the next gc reports it.
                   if (catalog_.has_commit_mark(name)) return;
                   if (!options_.dry_run) catalog_.remove_object(garbage.key);
                   tally_.note(&GcReport::removed, garbage);
                 });
}

/// Reports a commit mark without a manifest. gc never removes a commit mark: it is the last trace of a
/// volume.
void GcRecords::tell_lone_mark(const catalog::CatalogRecord& record) {
  tally_.attempt(
      {GarbageKind::mark, catalog::commit_mark_key(record.name.archive_key, record.name.id), "",
       tally_.age_of(record.last_modified), 0,
       "its volume was committed, but the manifest is gone: catalog rebuild makes it again out of the "
       "archive; without an archive, catalog forget removes what is left"},
      [&](Garbage& garbage) {
        if (!is_manifest_there(record.name)) tally_.note(&GcReport::damaged, garbage);
      });
}

}  // namespace s3c::upkeep
