// A store that counts the requests that pass through it. A run lists and reads the same as its plan does, so what
// planning needs isn't computed but counted.
#pragma once

#include "base/mutex.h"
#include "plan/requests.h"
#include "s3/read_only_store.h"

namespace s3c::plan {

/// Any thread.
class ReadCounter final : public s3::ReadOnlyStore {
 public:
  /// store outlives it.
  explicit ReadCounter(s3::ObjectStore& store) : s3::ReadOnlyStore(store) {}

  Requests requests() const S3C_EXCLUDES(mutex_);

  s3::ListObjectsPage list_objects(const s3::ListObjectsRequest& request) override;
  s3::ListObjectVersionsPage list_object_versions(const s3::ListObjectVersionsRequest& request) override;
  s3::GetObjectResult get_object(const s3::GetObjectRequest& request) override;
  s3::ObjectHead read_object(const s3::GetObjectRequest& request, const s3::BodySink& sink) override;
  std::optional<s3::ObjectHead> head_object(const std::string& bucket, const std::string& key) override;
  s3::ListMultipartUploadsPage list_multipart_uploads(const std::string& bucket, const std::string& prefix,
                                                      const std::string& key_marker,
                                                      const std::string& upload_id_marker) override;

 private:
  void count(s3::Operation operation, std::string_view storage_class = kStandard) S3C_EXCLUDES(mutex_);

  mutable base::Mutex mutex_;
  Requests requests_ S3C_GUARDED_BY(mutex_);
};

}  // namespace s3c::plan
