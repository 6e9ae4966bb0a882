#include "upkeep/gc_uploads.h"

#include <optional>
#include <set>

#include "base/error.h"
#include "base/ulid.h"
#include "catalog/catalog.h"
#include "catalog/catalog_listing.h"
#include "catalog/open_uploads.h"
#include "catalog/store_powers.h"

namespace s3c::upkeep {

/// Whether a group of the layout can have an archive of that name.
bool GcUploads::is_archive_name(const std::string& key) const {
  return !options_.bucket.empty() && !key.starts_with(catalog::kCatalogPrefix) &&
         options_.archive_name.volume_of(options_.bucket, options_.prefixes, key);
}

void GcUploads::find_by_name(const std::function<bool(const s3::MultipartUpload&)>& visit) {
  std::set<std::string> keys;
  catalog::CatalogListing listing(context_.store, options_.archive_bucket);
  while (const std::optional<catalog::CatalogRecord> record = listing.next()) {
    const std::string& key = record->name.archive_key;
    keys.insert(key);
    if (options_.bucket.empty()) continue;
    const auto volume = options_.archive_name.volume_of(options_.bucket, options_.prefixes, key);
    if (!volume) continue;
    const int number = catalog::ArchiveName::volume_number(volume->stem, key).value_or(1);
    keys.insert(catalog::ArchiveName::volume_key(volume->stem, number + 1));
  }
  for (const std::string& key : keys) {
    if (context_.stop.stop_requested()) return;
    catalog::for_each_upload(
        context_.store, options_.archive_bucket, key,
        [&](const s3::MultipartUpload& upload) { return upload.key != key || visit(upload); });
  }
}

void GcUploads::find(GcCrew& crew) {
  bool is_any_listed = false;
  const auto visit = [&](const s3::MultipartUpload& upload) {
    is_any_listed = true;
    if (tally_.is_noted(upload) || abort_probe_.owns(upload.key)) return !context_.stop.stop_requested();
    tally_.count_upload();
    if (!tally_.is_old_enough(upload.initiated)) return !context_.stop.stop_requested();
    return crew.take(
        [this, old = OldUpload{tally_.garbage_of(upload), upload}] { execution_.carry_out(old); });
  };
  tally_.list([&] {
    catalog::for_each_upload(context_.store, options_.archive_bucket, std::string(catalog::kCatalogPrefix),
                             visit);
    if (options_.bucket.empty()) return;
    catalog::for_each_upload(context_.store, options_.archive_bucket,
                             options_.archive_name.fixed_prefix(options_.bucket, options_.prefixes),
                             [&](const s3::MultipartUpload& upload) {
                               if (is_archive_name(upload.key)) return visit(upload);
                               is_any_listed = true;
                               return !context_.stop.stop_requested();
                             });
  });
  if (is_any_listed || options_.dry_run || context_.stop.stop_requested()) return;
  tally_.list([&] {
    if (lists_by_prefix()) return;
    tally_.note_hidden_uploads();
    find_by_name(visit);
  });
}

/// A store that lists uploads by whole keys looks like one that has none. Only an upload of our own shows the
/// difference. So a dry run, which writes nothing, can't ask.
bool GcUploads::lists_by_prefix() {
  try {
    return catalog::probe_upload_listing(context_.store, options_.archive_bucket,
                                         base::make_ulid(context_.store.now()));
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::access_denied) throw;
    context_.log.info("whether this store lists uploads by prefix isn't known: {}", error.what());
    return true;
  }
}

}  // namespace s3c::upkeep
