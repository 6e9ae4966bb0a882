#include "archive/abort_probe.h"

#include "archive/catalog.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/ulid.h"

namespace s3c::archive {
namespace {

constexpr std::string_view kBody = "s3compress was here";

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

}  // namespace

void check_aborts(s3::ObjectStore& store, const std::string& archive_bucket, base::Clock& clock) {
  // What an error leaves of it, gc removes.
  const std::string key = probe_key(base::make_ulid(clock.now()));
  const std::string completed = start_upload(store, archive_bucket, key);
  complete(store, archive_bucket, key, completed);
  store.abort_multipart_upload(archive_bucket, key, start_upload(store, archive_bucket, key));
  store.abort_multipart_upload(archive_bucket, key, completed);
  if (!store.head_object(archive_bucket, key)) {
    throw base::Error(base::ErrorKind::unsupported,
                      "AbortMultipartUpload on this store removes the finished object at that name: archives "
                      "would not be safe here, nothing was archived",
                      {.operation = "AbortMultipartUpload", .resource = archive_bucket + "/" + key});
  }
  Catalog(store, archive_bucket).remove_object(key);
}

}  // namespace s3c::archive
