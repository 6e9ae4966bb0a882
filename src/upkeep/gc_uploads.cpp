#include "upkeep/gc_uploads.h"

#include "catalog/catalog.h"
#include "catalog/open_uploads.h"

namespace s3c::upkeep {

/// Whether a group of the layout can have an archive of that name.
bool GcUploads::is_archive_name(const std::string& key) const {
  return !options_.bucket.empty() && !key.starts_with(catalog::kCatalogPrefix) &&
         options_.archive_name.volume_of(options_.bucket, options_.prefix, key);
}

void GcUploads::find(GcCrew& crew) {
  const auto visit = [&](const s3::MultipartUpload& upload) {
    if (tally_.is_told(upload) || abort_probe_.owns(upload.key)) return !context_.stop.stop_requested();
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
                             options_.archive_name.fixed_prefix(options_.bucket, options_.prefix),
                             [&](const s3::MultipartUpload& upload) {
                               if (is_archive_name(upload.key)) return visit(upload);
                               return !context_.stop.stop_requested();
                             });
  });
}

}  // namespace s3c::upkeep
