#include "s3/read_only_store.h"

#include "base/error.h"

namespace s3c::s3 {
namespace {

[[noreturn]] void refuse(const char* operation, const std::string& bucket, const std::string& key) {
  throw base::Error(base::ErrorKind::internal,
                    "this run must not change anything, so the request was not sent",
                    {.operation = operation, .resource = bucket + "/" + key});
}

}  // namespace

void ReadOnlyStore::head_bucket(const std::string& bucket) {
  store_.head_bucket(bucket);
}

ListObjectsPage ReadOnlyStore::list_objects(const ListObjectsRequest& request) {
  return store_.list_objects(request);
}

ListObjectVersionsPage ReadOnlyStore::list_object_versions(const ListObjectVersionsRequest& request) {
  return store_.list_object_versions(request);
}

GetObjectResult ReadOnlyStore::get_object(const GetObjectRequest& request) {
  return store_.get_object(request);
}

void ReadOnlyStore::get_objects(GetObjectSource& source, std::size_t max_in_flight) {
  store_.get_objects(source, max_in_flight);
}

ObjectHead ReadOnlyStore::read_object(const GetObjectRequest& request, const BodySink& sink) {
  return store_.read_object(request, sink);
}

std::optional<ObjectHead> ReadOnlyStore::head_object(const std::string& bucket, const std::string& key) {
  return store_.head_object(bucket, key);
}

std::map<std::string, std::string> ReadOnlyStore::get_object_tagging(const std::string& bucket,
                                                                     const std::string& key,
                                                                     const std::string& version_id) {
  return store_.get_object_tagging(bucket, key, version_id);
}

ListMultipartUploadsPage ReadOnlyStore::list_multipart_uploads(const std::string& bucket,
                                                               const std::string& prefix,
                                                               const std::string& key_marker,
                                                               const std::string& upload_id_marker) {
  return store_.list_multipart_uploads(bucket, prefix, key_marker, upload_id_marker);
}

RestoreOutcome ReadOnlyStore::restore_object(const RestoreObjectRequest& request) {
  refuse("RestoreObject", request.bucket, request.key);
}

std::string ReadOnlyStore::put_object(const PutObjectRequest& request, std::string_view) {
  refuse("PutObject", request.bucket, request.key);
}

std::string ReadOnlyStore::create_multipart_upload(const CreateMultipartUploadRequest& request) {
  refuse("CreateMultipartUpload", request.bucket, request.key);
}

UploadedPart ReadOnlyStore::upload_part(const UploadPartRequest& request) {
  refuse("UploadPart", request.bucket, request.key);
}

UploadedPart ReadOnlyStore::upload_part_copy(const UploadPartCopyRequest& request) {
  refuse("UploadPartCopy", request.bucket, request.key);
}

std::string ReadOnlyStore::complete_multipart_upload(const CompleteMultipartUploadRequest& request) {
  refuse("CompleteMultipartUpload", request.bucket, request.key);
}

void ReadOnlyStore::abort_multipart_upload(const std::string& bucket, const std::string& key,
                                           const std::string&) {
  refuse("AbortMultipartUpload", bucket, key);
}

std::vector<DeleteResult> ReadOnlyStore::delete_objects(const std::string& bucket,
                                                        const std::vector<DeleteItem>& items, Resend) {
  refuse("DeleteObjects", bucket, items.empty() ? "" : items.front().key);
}

DeleteResult ReadOnlyStore::delete_object(const std::string& bucket, const DeleteItem& item, Resend) {
  refuse("DeleteObject", bucket, item.key);
}

}  // namespace s3c::s3
