#include "archive/abort_probe.h"

#include "archive/catalog.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/ulid.h"

namespace s3c::archive {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::string_view kBody = "s3compress was here";
constexpr int kAttempts = 3;

std::string start_upload(s3::ObjectStore& store, const std::string& bucket, const std::string& key) {
  s3::CreateMultipartUploadRequest request;
  request.bucket = bucket;
  request.key = key;
  request.attributes.content_type = "text/plain";
  return store.create_multipart_upload(request);
}

void complete(s3::ObjectStore& store, const std::string& bucket, const std::string& key,
              const std::string& upload_id) {
  s3::UploadPartRequest part;
  part.bucket = bucket;
  part.key = key;
  part.upload_id = upload_id;
  part.part_number = 1;
  part.body = kBody;
  part.md5 = base::md5(kBody);
  s3::CompleteMultipartUploadRequest request;
  request.bucket = bucket;
  request.key = key;
  request.upload_id = upload_id;
  request.parts = {store.upload_part(part)};
  store.complete_multipart_upload(request);
}

enum class AbortOutcome { kept, gone, disturbed };

AbortOutcome try_aborts(s3::ObjectStore& store, const std::string& bucket, const std::string& key) {
  try {
    const std::string completed = start_upload(store, bucket, key);
    complete(store, bucket, key, completed);
    store.abort_multipart_upload(bucket, key, start_upload(store, bucket, key));
    store.abort_multipart_upload(bucket, key, completed);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::no_upload) throw;
    return AbortOutcome::disturbed;  // gc took it for a killed run's
  }
  return store.head_object(bucket, key) ? AbortOutcome::kept : AbortOutcome::gone;
}

}  // namespace

void check_aborts(s3::ObjectStore& store, const std::string& archive_bucket) {
  // gc at age 0 may remove the object or its upload: only what happens each time tells of the store. What an
  // error leaves of them, gc removes.
  AbortOutcome outcome = AbortOutcome::disturbed;
  std::string key;
  for (int attempt = 1; outcome != AbortOutcome::kept && attempt <= kAttempts; ++attempt) {
    key = probe_key(base::make_ulid(store.now()));
    outcome = try_aborts(store, archive_bucket, key);
  }
  const base::ErrorContext context{.operation = "AbortMultipartUpload",
                                   .resource = archive_bucket + "/" + key};
  if (outcome == AbortOutcome::disturbed)
    throw Error(ErrorKind::transient, "another process keeps removing the uploads of the store probe",
                context);
  if (outcome == AbortOutcome::gone) {
    throw Error(ErrorKind::unsupported,
                "AbortMultipartUpload on this store removes the finished object at that name: archives would "
                "not be safe here, nothing was archived",
                context);
  }
  Catalog(store, archive_bucket).remove_object(key);
}

}  // namespace s3c::archive
