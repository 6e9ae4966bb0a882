#include "s3/one_folder_store.h"

namespace s3c::s3 {

// What isn't allowed goes to ReadOnlyStore, which refuses it.

std::string OneFolderStore::put_object(const PutObjectRequest& request, std::string_view body) {
  if (!is_inside(request.bucket, request.key) || !request.if_none_match)
    return ReadOnlyStore::put_object(request, body);
  return store_.put_object(request, body);
}

std::string OneFolderStore::create_multipart_upload(const CreateMultipartUploadRequest& request) {
  if (!is_inside(request.bucket, request.key)) return ReadOnlyStore::create_multipart_upload(request);
  return store_.create_multipart_upload(request);
}

UploadedPart OneFolderStore::upload_part(const UploadPartRequest& request) {
  if (!is_inside(request.bucket, request.key)) return ReadOnlyStore::upload_part(request);
  return store_.upload_part(request);
}

std::string OneFolderStore::complete_multipart_upload(const CompleteMultipartUploadRequest& request) {
  if (!is_inside(request.bucket, request.key) || !request.if_none_match)
    return ReadOnlyStore::complete_multipart_upload(request);
  return store_.complete_multipart_upload(request);
}

void OneFolderStore::abort_multipart_upload(const std::string& bucket, const std::string& key,
                                            const std::string& upload_id) {
  if (!is_inside(bucket, key)) return ReadOnlyStore::abort_multipart_upload(bucket, key, upload_id);
  store_.abort_multipart_upload(bucket, key, upload_id);
}

}  // namespace s3c::s3
