#include "archive/group_cleanup.h"

#include <variant>

#include "archive/layout.h"
#include "archive/open_uploads.h"
#include "archive/source_listing.h"
#include "archive/take_back.h"
#include "base/encoding.h"
#include "base/error.h"

namespace s3c::archive {

using base::Error;

void GroupCleanup::clean(const std::string& stem, const GroupState& state) {
  const AgeLimit limit(store_.now(), min_age_);
  for (const UncommittedManifest& found : state.uncommitted) {
    try {
      take_back_old(found, limit);
    } catch (const Error& error) {
      log_.warn("what a killed run left of {} stays behind: {}", base::printable(found.manifest.archive_key),
                error.what());
    }
  }
  if (staging_) {
    try {
      remove_old_copies(stem, limit);
    } catch (const Error& error) {
      log_.warn("copies that killed runs read back stay behind: {}", error.what());
    }
  }
  if (!may_list_uploads_) return;
  try {
    abort_old_uploads(stem, stem, limit, [](const std::string& key) { return std::optional(key); });
    if (staging_) {
      abort_old_uploads(std::string(kStagingFolder) + stem, stem, limit, [](const std::string& key) {
        const auto name = parse_staging_key(key);
        return name ? std::optional(name->archive_key) : std::nullopt;
      });
    }
  } catch (const Error& error) {
    log_.warn("unfinished uploads of killed runs stay behind: {}", error.what());
    if (error.kind() == base::ErrorKind::access_denied) may_list_uploads_ = false;
  }
}

void GroupCleanup::take_back_old(const UncommittedManifest& found, const AgeLimit& limit) {
  const index::Manifest& manifest = found.manifest;
  if (!limit.passed_by(found.last_modified)) return;
  if (!catalog_.is_of_this_bucket(manifest)) return;
  if (std::holds_alternative<TakenBack>(take_back(store_, catalog_, manifest))) {
    log_.info("cleared what a killed run left of {} (id {})", base::printable(manifest.archive_key),
              manifest.id);
  }
}

void GroupCleanup::remove_old_copies(const std::string& stem, const AgeLimit& limit) {
  SourceListing listing(store_, catalog_.bucket(), std::string(kStagingFolder) + stem, "",
                        ObjectFilter({}, {}));
  for (; const s3::ObjectSummary* copy = listing.peek(); listing.pop()) {
    const std::optional<ManifestName> name = parse_staging_key(copy->key);
    if (!name || !ArchiveName::volume_number(stem, name->archive_key)) continue;
    if (!limit.passed_by(copy->last_modified)) continue;
    catalog_.remove_object(copy->key);
    log_.info("removed a copy of {} that a killed run left", base::printable(name->archive_key));
  }
}

void GroupCleanup::abort_old_uploads(
    const std::string& prefix, const std::string& stem, const AgeLimit& limit,
    const std::function<std::optional<std::string>(const std::string&)>& archive_key_of) {
  for_each_upload(store_, catalog_.bucket(), prefix, [&](const s3::MultipartUpload& upload) {
    // The prefix also covers the names of other groups: "2018" those of "20180401".
    const std::optional<std::string> archive_key = archive_key_of(upload.key);
    if (!archive_key || !ArchiveName::volume_number(stem, *archive_key)) return true;
    if (!limit.passed_by(upload.initiated)) return true;
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
