#include "upkeep/probe_only_store.h"

#include "base/ulid.h"
#include "catalog/catalog_keys.h"
#include "catalog/open_uploads.h"
#include "s3/listing.h"

namespace s3c::upkeep {

using base::Error;
using base::ErrorKind;

namespace {

constexpr std::size_t kProbeIdChars = 26;
constexpr std::size_t kProbePrefixChars = catalog::kProbeFolder.size() + kProbeIdChars;

/// When the probe was begun whose key this is; nullopt: it is no probe's.
std::optional<base::Timestamp> begin_of_probe(std::string_view key) {
  if (!key.starts_with(catalog::kProbeFolder) || key.size() <= kProbePrefixChars) return std::nullopt;
  return base::ulid_time(key.substr(catalog::kProbeFolder.size(), kProbeIdChars));
}

/// Whether the store, or the rights that it gives us, have no such listing.
bool is_no_listing(const Error& error) {
  return error.kind() == ErrorKind::access_denied || error.kind() == ErrorKind::unsupported ||
         error.kind() == ErrorKind::invalid_argument;
}

}  // namespace

void ProbeOnlyStore::adopt_leftovers(std::chrono::seconds age) {
  const base::Timestamp limit = now() - age;
  const auto is_left = [limit](const std::string& key) {
    const std::optional<base::Timestamp> begin = begin_of_probe(key);
    return begin && *begin < limit;
  };
  bool keeps_versions = false;
  {
    base::MutexLock lock(mutex_);
    keeps_versions = keeps_versions_;
  }
  std::vector<LeftBehind> found;
  if (keeps_versions) {
    look_for_versions(catalog::kProbeFolder, found);
  } else {
    look_for_objects(catalog::kProbeFolder, found);
  }
  std::set<std::string> upload_keys;
  try {
    catalog::for_each_upload(store_, bucket_, std::string(catalog::kProbeFolder),
                             [&](const s3::MultipartUpload& upload) {
                               if (is_left(upload.key)) upload_keys.insert(upload.key);
                               return true;
                             });
  } catch (const Error& error) {
    if (!is_no_listing(error)) throw;
  }
  base::MutexLock lock(mutex_);
  for (const LeftBehind& left : found) {
    if (is_left(left.key)) prefixes_.insert(left.key.substr(0, kProbePrefixChars));
  }
  upload_keys_.merge(upload_keys);
}

std::vector<LeftBehind> ProbeOnlyStore::clean_up() {
  try {
    remove_known();
    std::vector<LeftBehind> found = look();
    if (found.empty()) return found;
    remove(found);
    return look();
  } catch (const Error& error) {
    return known_left(error.what());
  }
}

s3::GetObjectResult ProbeOnlyStore::get_object(const s3::GetObjectRequest& request) {
  s3::GetObjectResult result = store_.get_object(request);
  note(result.head);
  return result;
}

std::optional<s3::ObjectHead> ProbeOnlyStore::head_object(const std::string& bucket, const std::string& key) {
  std::optional<s3::ObjectHead> head = store_.head_object(bucket, key);
  if (head) note(*head);
  return head;
}

std::string ProbeOnlyStore::put_object(const s3::PutObjectRequest& request, std::string_view body) {
  expect_probe("PutObject", request.bucket, request.key);
  note_written(request.key);
  return store_.put_object(request, body);
}

std::string ProbeOnlyStore::create_multipart_upload(const s3::CreateMultipartUploadRequest& request) {
  expect_probe("CreateMultipartUpload", request.bucket, request.key);
  {
    // Before the request: if its answer is lost, the upload is found by its key.
    base::MutexLock lock(mutex_);
    prefixes_.insert(request.key.substr(0, kProbePrefixChars));
    upload_keys_.insert(request.key);
  }
  std::string upload_id = store_.create_multipart_upload(request);
  base::MutexLock lock(mutex_);
  uploads_.emplace(request.key, upload_id);
  return upload_id;
}

s3::UploadedPart ProbeOnlyStore::upload_part(const s3::UploadPartRequest& request) {
  expect_probe("UploadPart", request.bucket, request.key);
  return store_.upload_part(request);
}

s3::UploadedPart ProbeOnlyStore::upload_part_copy(const s3::UploadPartCopyRequest& request) {
  expect_probe("UploadPartCopy", request.bucket, request.key);
  return store_.upload_part_copy(request);
}

std::string ProbeOnlyStore::complete_multipart_upload(const s3::CompleteMultipartUploadRequest& request) {
  expect_probe("CompleteMultipartUpload", request.bucket, request.key);
  note_written(request.key);
  std::string etag = store_.complete_multipart_upload(request);
  base::MutexLock lock(mutex_);
  uploads_.erase({request.key, request.upload_id});
  return etag;
}

void ProbeOnlyStore::abort_multipart_upload(const std::string& bucket, const std::string& key,
                                            const std::string& upload_id) {
  expect_probe("AbortMultipartUpload", bucket, key);
  store_.abort_multipart_upload(bucket, key, upload_id);
  base::MutexLock lock(mutex_);
  uploads_.erase({key, upload_id});
}

std::vector<s3::DeleteResult> ProbeOnlyStore::delete_objects(const std::string& bucket,
                                                             const std::vector<s3::DeleteItem>& items,
                                                             Resend resend) {
  for (const s3::DeleteItem& item : items) expect_probe("DeleteObjects", bucket, item.key);
  std::vector<s3::DeleteResult> results = store_.delete_objects(bucket, items, resend);
  for (const s3::DeleteResult& result : results) note(result);
  return results;
}

s3::DeleteResult ProbeOnlyStore::delete_object(const std::string& bucket, const s3::DeleteItem& item,
                                               Resend resend) {
  expect_probe("DeleteObject", bucket, item.key);
  s3::DeleteResult result = store_.delete_object(bucket, item, resend);
  note(result);
  return result;
}

s3::RestoreOutcome ProbeOnlyStore::restore_object(const s3::RestoreObjectRequest& request) {
  expect_probe("RestoreObject", request.bucket, request.key);
  return store_.restore_object(request);
}

void ProbeOnlyStore::expect_probe(const char* operation, const std::string& bucket,
                                  const std::string& key) const {
  if (bucket == bucket_ && begin_of_probe(key)) return;
  throw Error(ErrorKind::internal, "a check of a store must only change probes, so the request was not sent",
              {.operation = operation, .resource = bucket + "/" + key});
}

void ProbeOnlyStore::note_written(const std::string& key) {
  base::MutexLock lock(mutex_);
  prefixes_.insert(key.substr(0, kProbePrefixChars));
  present_.insert(key);
}

void ProbeOnlyStore::note(const s3::ObjectHead& head) {
  base::MutexLock lock(mutex_);
  if (!head.version_id.empty()) keeps_versions_ = true;
}

void ProbeOnlyStore::note(const s3::DeleteResult& result) {
  using Outcome = s3::DeleteResult::Outcome;
  base::MutexLock lock(mutex_);
  if (result.marker_version_id) keeps_versions_ = true;
  const Version version(result.key, result.version_id);
  if (result.outcome == Outcome::refused) {
    refusals_[version] = result.message.empty() ? result.code : result.code + ": " + result.message;
  } else if (result.outcome != Outcome::precondition_failed) {
    refusals_.erase(version);
    if (result.version_id.empty()) present_.erase(result.key);
  }
}

void ProbeOnlyStore::remove_known() {
  std::set<Upload> uploads;
  std::vector<s3::DeleteItem> items;
  {
    base::MutexLock lock(mutex_);
    uploads = uploads_;
    for (const std::string& key : present_) items.push_back({.key = key});
  }
  for (const auto& [key, upload_id] : uploads) abort_multipart_upload(bucket_, key, upload_id);
  // Each key holds an id that was used only once, so a late or repeated delete hits nothing else.
  if (!items.empty()) delete_objects(bucket_, items, Resend::allowed);
}

void ProbeOnlyStore::remove(const std::vector<LeftBehind>& found) {
  std::vector<s3::DeleteItem> items;
  for (const LeftBehind& left : found) {
    if (!left.upload_id.empty()) {
      abort_multipart_upload(bucket_, left.key, left.upload_id);
    } else if (left.key.size() > kProbePrefixChars) {  // otherwise it stands for what could not be listed
      items.push_back({.key = left.key, .version_id = left.version_id});
    }
  }
  if (!items.empty()) delete_objects(bucket_, items, Resend::allowed);
}

std::vector<LeftBehind> ProbeOnlyStore::look() {
  std::set<std::string> prefixes, upload_keys;
  bool keeps_versions = false;
  {
    base::MutexLock lock(mutex_);
    prefixes = prefixes_;
    upload_keys = upload_keys_;
    keeps_versions = keeps_versions_;
  }
  std::vector<LeftBehind> found;
  for (const std::string& prefix : prefixes) {
    if (keeps_versions) {
      look_for_versions(prefix, found);
    } else {
      look_for_objects(prefix, found);
    }
  }
  for (const std::string& key : upload_keys) look_for_uploads(key, found);
  base::MutexLock lock(mutex_);
  for (LeftBehind& left : found) {
    if (const auto refusal = refusals_.find({left.key, left.version_id}); refusal != refusals_.end())
      left.why = refusal->second;
  }
  return found;
}

void ProbeOnlyStore::look_for_objects(std::string_view prefix, std::vector<LeftBehind>& found) {
  s3::ObjectPages pages(store_, {.bucket = bucket_, .prefix = std::string(prefix)});
  while (const std::optional<s3::ListObjectsPage> page = pages.next()) {
    for (const s3::ObjectSummary& object : page->objects) found.push_back({bucket_, object.key});
  }
}

void ProbeOnlyStore::look_for_versions(std::string_view prefix, std::vector<LeftBehind>& found) {
  try {
    s3::VersionPages pages(store_, {.bucket = bucket_, .prefix = std::string(prefix)});
    while (const std::optional<s3::ListObjectVersionsPage> page = pages.next()) {
      for (const s3::ObjectVersion& version : page->versions)
        found.push_back({bucket_, version.object.key, version.version_id});
    }
  } catch (const Error& error) {
    if (!is_no_listing(error)) throw;
    look_for_objects(prefix, found);
    found.push_back(
        {.bucket = bucket_,
         .key = std::string(prefix),
         .why = std::string("older versions and delete markers can't be listed: ") + error.what()});
  }
}

void ProbeOnlyStore::look_for_uploads(const std::string& key, std::vector<LeftBehind>& found) {
  try {
    // The whole key: some stores find uploads only by it.
    catalog::for_each_upload(store_, bucket_, key, [&](const s3::MultipartUpload& upload) {
      if (upload.key == key) found.push_back({.bucket = bucket_, .key = key, .upload_id = upload.upload_id});
      return true;
    });
  } catch (const Error& error) {
    // The store has acknowledged the abort of each upload that we know of.
    if (!is_no_listing(error)) throw;
  }
}

std::vector<LeftBehind> ProbeOnlyStore::known_left(const std::string& why) const {
  base::MutexLock lock(mutex_);
  std::vector<LeftBehind> left;
  for (const std::string& key : present_) left.push_back({.bucket = bucket_, .key = key, .why = why});
  for (const auto& [key, upload_id] : uploads_)
    left.push_back({.bucket = bucket_, .key = key, .upload_id = upload_id, .why = why});
  if (!keeps_versions_) return left;
  for (const std::string& prefix : prefixes_)
    left.push_back({.bucket = bucket_, .key = prefix, .why = "its versions could not be looked for: " + why});
  return left;
}

}  // namespace s3c::upkeep
