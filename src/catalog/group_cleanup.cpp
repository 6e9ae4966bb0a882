#include "catalog/group_cleanup.h"

#include <algorithm>
#include <optional>
#include <variant>

#include "base/encoding.h"
#include "base/error.h"
#include "catalog/layout.h"
#include "catalog/open_uploads.h"
#include "catalog/take_back.h"
#include "s3/object_listing.h"

namespace s3c::catalog {

using base::Error;

void GroupCleanup::clean(const std::string& stem, const GroupState& state) {
  const base::AgeLimit limit(store_.now(), min_age_);
  if (staging_) {
    try {
      remove_old_copies(stem, limit);
    } catch (const Error& error) {
      log_.warn("copies that killed runs read back stay behind: {}", error.what());
    }
  }
  if (!may_list_uploads_) return;
  Uploads uploads;
  try {
    uploads = find_uploads(stem, state);
  } catch (const Error& error) {
    // Without the uploads, a record in the making looks like one that a killed run left.
    log_.warn("what killed runs left of {} stays behind: {}", base::printable(stem), error.what());
    if (error.kind() == base::ErrorKind::access_denied) may_list_uploads_ = false;
    return;
  }
  // Records before uploads: take_back() may have to see that a record's upload is unfinished.
  for (const index::Manifest& manifest : state.uncommitted) {
    const bool young = std::any_of(uploads.begin(), uploads.end(), [&](const s3::MultipartUpload& upload) {
      return upload.key == manifest.archive_key && upload.upload_id == manifest.upload_id &&
             !limit.passed_by(upload.initiated);
    });
    if (!young) take_back(manifest);
  }
  for (const s3::MultipartUpload& upload : uploads) {
    if (limit.passed_by(upload.initiated)) abort(upload);
  }
}

GroupCleanup::Uploads GroupCleanup::find_uploads_by_name(const std::string& stem, const GroupState& state) {
  int last = 0;
  for (const auto* names : {&state.listed, &state.marks}) {
    for (const ManifestName& name : *names)
      last = std::max(last, ArchiveName::volume_number(stem, name.archive_key).value_or(0));
  }
  Uploads uploads;
  for (int n = 1; n <= last + 1; ++n) {
    const std::string key = ArchiveName::volume_key(stem, n);
    for_each_upload(store_, catalog_.bucket(), key, [&](const s3::MultipartUpload& upload) {
      if (upload.key == key) uploads.push_back(upload);
      return true;
    });
  }
  return uploads;
}

GroupCleanup::Uploads GroupCleanup::find_uploads(const std::string& stem, const GroupState& state) {
  if (!lists_uploads_by_prefix_) return find_uploads_by_name(stem, state);
  Uploads uploads;
  for_each_upload(store_, catalog_.bucket(), stem, [&](const s3::MultipartUpload& upload) {
    // The prefix also matches names of other groups: "2018" matches "20180401".
    if (ArchiveName::volume_number(stem, upload.key)) uploads.push_back(upload);
    return true;
  });
  if (!staging_) return uploads;
  for_each_upload(store_, catalog_.bucket(), std::string(kStagingFolder) + stem,
                  [&](const s3::MultipartUpload& upload) {
                    const auto name = parse_staging_key(upload.key);
                    if (name && ArchiveName::volume_number(stem, name->archive_key))
                      uploads.push_back(upload);
                    return true;
                  });
  return uploads;
}

void GroupCleanup::take_back(const index::Manifest& manifest) {
  try {
    if (!catalog_.is_of_this_bucket(manifest)) return;
    const auto outcome = catalog::take_back(store_, catalog_, manifest);
    if (std::holds_alternative<TakenBack>(outcome)) {
      log_.info("cleared what a killed run left of {} (id {})", base::printable(manifest.archive_key),
                manifest.id);
    } else if (const auto* lost = std::get_if<LostArchive>(&outcome)) {
      log_.warn("{} (id {}): {}", base::printable(manifest.archive_key), manifest.id, lost->why);
    }
  } catch (const Error& error) {
    log_.warn("what a killed run left of {} stays behind: {}", base::printable(manifest.archive_key),
              error.what());
  }
}

void GroupCleanup::abort(const s3::MultipartUpload& upload) {
  try {
    store_.abort_multipart_upload(catalog_.bucket(), upload.key, upload.upload_id);
    log_.info("aborted an unfinished upload of {}", base::printable(upload.key));
  } catch (const Error& error) {
    log_.warn("an unfinished upload stays behind: {}", error.what());
  }
}

void GroupCleanup::remove_old_copies(const std::string& stem, const base::AgeLimit& limit) {
  s3::ObjectListing listing(store_, catalog_.bucket(), std::string(kStagingFolder) + stem);
  for (; const s3::ObjectSummary* copy = listing.peek(); listing.pop()) {
    const std::optional<ManifestName> name = parse_staging_key(copy->key);
    if (!name || !ArchiveName::volume_number(stem, name->archive_key)) continue;
    if (!limit.passed_by(copy->last_modified)) continue;
    catalog_.remove_object(copy->key);
    log_.info("removed a copy of {} that a killed run left", base::printable(name->archive_key));
  }
}

}  // namespace s3c::catalog
