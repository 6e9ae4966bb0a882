// A store that can't be changed. It passes reads on to another store and refuses every other call before a
// request is made. Dry runs and commands that only read get one. So a mistake in the layers above ends in an
// error and never in a delete.
#pragma once

#include "s3/object_store.h"

namespace s3c::s3 {

/// Every call that could change anything throws base::Error internal: the caller had no right to make it.
/// Any thread.
class ReadOnlyStore : public ObjectStore {
 public:
  /// store must outlive it.
  explicit ReadOnlyStore(ObjectStore& store) : store_(store) {}

  base::Timestamp now() const override { return store_.now(); }
  bool completes_atomically() const override { return store_.completes_atomically(); }
  bool tells_tag_counts() const override { return store_.tells_tag_counts(); }
  void head_bucket(const std::string& bucket) override;
  ListObjectsPage list_objects(const ListObjectsRequest& request) override;
  ListObjectVersionsPage list_object_versions(const ListObjectVersionsRequest& request) override;
  GetObjectResult get_object(const GetObjectRequest& request) override;
  void get_objects(GetObjectSource& source, std::size_t max_in_flight) override;
  ObjectHead read_object(const GetObjectRequest& request, const BodySink& sink) override;
  std::optional<ObjectHead> head_object(const std::string& bucket, const std::string& key) override;
  std::map<std::string, std::string> get_object_tagging(const std::string& bucket, const std::string& key,
                                                        const std::string& version_id) override;
  ListMultipartUploadsPage list_multipart_uploads(const std::string& bucket, const std::string& prefix,
                                                  const std::string& key_marker,
                                                  const std::string& upload_id_marker) override;

  // Refused.
  RestoreOutcome restore_object(const RestoreObjectRequest& request) override;
  std::string put_object(const PutObjectRequest& request, std::string_view body) override;
  std::string create_multipart_upload(const CreateMultipartUploadRequest& request) override;
  UploadedPart upload_part(const UploadPartRequest& request) override;
  UploadedPart upload_part_copy(const UploadPartCopyRequest& request) override;
  std::string complete_multipart_upload(const CompleteMultipartUploadRequest& request) override;
  void abort_multipart_upload(const std::string& bucket, const std::string& key,
                              const std::string& upload_id) override;
  std::vector<DeleteResult> delete_objects(const std::string& bucket, const std::vector<DeleteItem>& items,
                                           Resend resend) override;
  DeleteResult delete_object(const std::string& bucket, const DeleteItem& item, Resend resend) override;

 private:
  ObjectStore& store_;
};

}  // namespace s3c::s3
