#include "archive/group_cleanup.h"

#include <variant>

#include "archive/layout.h"
#include "archive/open_uploads.h"
#include "archive/take_back.h"
#include "base/encoding.h"
#include "base/error.h"

namespace s3c::archive {

using base::Error;

void GroupCleanup::clean(const std::string& stem, const GroupState& state) {
  const AgeLimit limit(clock_.now(), min_age_);
  for (const UncommittedManifest& found : state.uncommitted) {
    try {
      take_back_old(found, limit);
    } catch (const Error& error) {
      log_.warn("what a killed run left of {} stays behind: {}", base::printable(found.manifest.archive_key),
                error.what());
    }
  }
  if (!may_list_uploads_) return;
  try {
    abort_old_uploads(stem, limit);
  } catch (const Error& error) {
    log_.warn("unfinished uploads of killed runs stay behind: {}", error.what());
    if (error.kind() == base::ErrorKind::access_denied) may_list_uploads_ = false;
  }
}

void GroupCleanup::take_back_old(const UncommittedManifest& found, const AgeLimit& limit) {
  const index::Manifest& manifest = found.manifest;
  if (!limit.passed_by(made_at(manifest.id, found.last_modified))) return;
  if (!catalog_.is_of_this_bucket(manifest)) return;
  if (std::holds_alternative<TakenBack>(take_back(store_, catalog_, manifest))) {
    log_.info("cleared what a killed run left of {} (id {})", base::printable(manifest.archive_key),
              manifest.id);
  }
}

void GroupCleanup::abort_old_uploads(const std::string& stem, const AgeLimit& limit) {
  for_each_upload(store_, catalog_.bucket(), stem, [&](const s3::MultipartUpload& upload) {
    // The prefix also covers the names of other groups: "2018" those of "20180401".
    if (!ArchiveName::volume_number(stem, upload.key) || !limit.passed_by(upload.initiated)) return true;
    try {
      store_.abort_multipart_upload(catalog_.bucket(), upload.key, upload.upload_id);
      log_.info("aborted an unfinished upload of {}", base::printable(upload.key));
    } catch (const Error& error) {
      log_.warn("an unfinished upload stays behind: {}", error.what());
    }
    return true;
  });
}

}  // namespace s3c::archive
