// A store that can be added to in one place only. For a command that reads, and leaves something of its own at a
// place that the user names.
#pragma once

#include "s3/read_only_store.h"

namespace s3c::s3 {

/// Passes reads on to another store, and writes of new objects below one prefix of one bucket. Refuses every other
/// change before a request is made, also one that could overwrite: base::Error internal. Any thread.
class OneFolderStore final : public ReadOnlyStore {
 public:
  /// store must outlive it.
  OneFolderStore(ObjectStore& store, std::string bucket, std::string prefix)
      : ReadOnlyStore(store), store_(store), bucket_(std::move(bucket)), prefix_(std::move(prefix)) {}

  std::string put_object(const PutObjectRequest& request, std::string_view body) override;
  std::string create_multipart_upload(const CreateMultipartUploadRequest& request) override;
  UploadedPart upload_part(const UploadPartRequest& request) override;
  std::string complete_multipart_upload(const CompleteMultipartUploadRequest& request) override;
  void abort_multipart_upload(const std::string& bucket, const std::string& key,
                              const std::string& upload_id) override;

 private:
  bool is_inside(const std::string& bucket, const std::string& key) const {
    return bucket == bucket_ && key.starts_with(prefix_);
  }

  ObjectStore& store_;
  const std::string bucket_;
  const std::string prefix_;
};

}  // namespace s3c::s3
