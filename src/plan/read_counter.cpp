#include "plan/read_counter.h"

#include <utility>

namespace s3c::plan {

using s3::Operation;

void ReadCounter::count(Operation operation, std::string_view storage_class) {
  base::MutexLock lock(mutex_);
  requests_.add(operation, 1, storage_class);
}

Requests ReadCounter::requests() const {
  base::MutexLock lock(mutex_);
  return requests_;
}

s3::ListObjectsPage ReadCounter::list_objects(const s3::ListObjectsRequest& request) {
  count(Operation::list_objects);
  return ReadOnlyStore::list_objects(request);
}

s3::ListObjectVersionsPage ReadCounter::list_object_versions(const s3::ListObjectVersionsRequest& request) {
  count(Operation::list_object_versions);
  return ReadOnlyStore::list_object_versions(request);
}

s3::GetObjectResult ReadCounter::get_object(const s3::GetObjectRequest& request) {
  s3::GetObjectResult got = ReadOnlyStore::get_object(request);
  count(Operation::get_object, got.head.storage_class);
  return got;
}

s3::ObjectHead ReadCounter::read_object(const s3::GetObjectRequest& request, const s3::BodySink& sink) {
  s3::ObjectHead head = ReadOnlyStore::read_object(request, sink);
  count(Operation::get_object, head.storage_class);
  return head;
}

std::optional<s3::ObjectHead> ReadCounter::head_object(const std::string& bucket, const std::string& key) {
  std::optional<s3::ObjectHead> head = ReadOnlyStore::head_object(bucket, key);
  count(Operation::head_object, head ? std::string_view(head->storage_class) : kStandard);
  return head;
}

s3::ListMultipartUploadsPage ReadCounter::list_multipart_uploads(const std::string& bucket,
                                                                 const std::string& prefix,
                                                                 const std::string& key_marker,
                                                                 const std::string& upload_id_marker) {
  count(Operation::list_multipart_uploads);
  return ReadOnlyStore::list_multipart_uploads(bucket, prefix, key_marker, upload_id_marker);
}

}  // namespace s3c::plan
