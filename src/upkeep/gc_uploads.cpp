#include "upkeep/gc_uploads.h"

#include "catalog/catalog.h"
#include "catalog/open_uploads.h"

namespace s3c::upkeep {

using base::Error;

GcUploads::GcUploads(const GcOptions& options, const GcContext& context, GcTally& tally)
    : options_(options),
      context_(context),
      tally_(tally),
      abort_probe_(context.store, options.archive_bucket,
                   "no unfinished upload was aborted, and no record that has one was removed", context.stop) {
}

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
    return crew.take([this, upload] { end_upload(upload); });
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

void GcUploads::end_upload(const s3::MultipartUpload& upload) {
  tally_.attempt(tally_.garbage_of(upload), [&](Garbage& garbage) {
    abort(upload);
    tally_.note(&GcReport::removed, garbage);
  });
}

bool GcUploads::abort_all_to(const std::string& archive_key) {
  bool all = true;
  catalog::for_each_upload(context_.store, options_.archive_bucket, archive_key,
                           [&](const s3::MultipartUpload& upload) {
                             // In key order: the uploads to the name itself came first.
                             if (upload.key != archive_key) return false;
                             if (!tally_.is_old_enough(upload.initiated)) {
                               all = false;
                               return true;
                             }
                             abort(upload);
                             if (!tally_.is_told(upload)) tally_.tell_upload(upload);
                             return true;
                           });
  return all;
}

void GcUploads::abort(const s3::MultipartUpload& upload) {
  if (options_.dry_run) return;
  expect_harmless_aborts();
  context_.store.abort_multipart_upload(options_.archive_bucket, upload.key, upload.upload_id);
}

void GcUploads::expect_harmless_aborts() {
  try {
    abort_probe_.expect_harmless();
  } catch (const Error& error) {
    base::MutexLock lock(mutex_);
    abort_failure_ = error;
    throw;
  }
}

void GcUploads::throw_abort_failure() {
  base::MutexLock lock(mutex_);
  if (abort_failure_) throw *abort_failure_;
}

}  // namespace s3c::upkeep
