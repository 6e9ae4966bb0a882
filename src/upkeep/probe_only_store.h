// The store that a check of a store works with: it can change nothing but probe objects, and it remembers all that
// it made, so that nothing has to stay behind, whatever happened in between.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/mutex.h"
#include "s3/object_store.h"

namespace s3c::upkeep {

/// Something that a clean-up could not remove.
struct LeftBehind {
  std::string bucket;
  std::string key;
  std::string version_id = {};  ///< empty: the object
  std::string upload_id = {};   ///< not empty: an unfinished upload
  std::string why = {};         ///< one line
};

/// Passes calls on to another store. A call that would change anything outside the catalog's folder for probes
/// throws base::Error internal before a request is made. Each probe key begins with an id that is used only once,
/// so no other process's objects are touched. Works on one bucket. Any thread.
class ProbeOnlyStore final : public s3::ObjectStore {
 public:
  /// store must outlive it.
  ProbeOnlyStore(s3::ObjectStore& store, std::string bucket) : store_(store), bucket_(std::move(bucket)) {}

  /// Looks for what earlier checks, and probes of other commands, left in the folder when they were killed; clean_up()
  /// removes it together with what was made here. A probe takes seconds, so one that is older than age is nobody's any
  /// more: its time stands in its id. Call it after the trials: they show whether the bucket keeps versions. Throws
  /// what the store throws.
  void adopt_leftovers(std::chrono::seconds age) S3C_EXCLUDES(mutex_);

  /// Removes everything that was made here and is still there: uploads, objects, and in a bucket that keeps
  /// versions their versions and delete markers. Then looks whether anything is left, and returns that. Throws
  /// nothing: what can't be removed, or can't be looked for, is in the answer. Blocks. Call it also after a stop,
  /// and after all other calls have ended.
  std::vector<LeftBehind> clean_up() S3C_EXCLUDES(mutex_);

  base::Timestamp now() const override { return store_.now(); }
  bool completes_atomically() const override { return store_.completes_atomically(); }
  bool tells_tag_counts() const override { return store_.tells_tag_counts(); }
  void head_bucket(const std::string& bucket) override { store_.head_bucket(bucket); }
  s3::ListObjectsPage list_objects(const s3::ListObjectsRequest& request) override {
    return store_.list_objects(request);
  }
  s3::ListObjectVersionsPage list_object_versions(const s3::ListObjectVersionsRequest& request) override {
    return store_.list_object_versions(request);
  }
  s3::GetObjectResult get_object(const s3::GetObjectRequest& request) override S3C_EXCLUDES(mutex_);
  void get_objects(s3::GetObjectSource& source, std::size_t max_in_flight) override {
    store_.get_objects(source, max_in_flight);
  }
  s3::ObjectHead read_object(const s3::GetObjectRequest& request, const s3::BodySink& sink) override {
    return store_.read_object(request, sink);
  }
  std::optional<s3::ObjectHead> head_object(const std::string& bucket, const std::string& key) override
      S3C_EXCLUDES(mutex_);
  std::map<std::string, std::string> get_object_tagging(const std::string& bucket, const std::string& key,
                                                        const std::string& version_id) override {
    return store_.get_object_tagging(bucket, key, version_id);
  }
  s3::ListMultipartUploadsPage list_multipart_uploads(const std::string& bucket, const std::string& prefix,
                                                      const std::string& key_marker,
                                                      const std::string& upload_id_marker) override {
    return store_.list_multipart_uploads(bucket, prefix, key_marker, upload_id_marker);
  }

  std::string put_object(const s3::PutObjectRequest& request, std::string_view body) override
      S3C_EXCLUDES(mutex_);
  std::string create_multipart_upload(const s3::CreateMultipartUploadRequest& request) override
      S3C_EXCLUDES(mutex_);
  s3::UploadedPart upload_part(const s3::UploadPartRequest& request) override;
  s3::UploadedPart upload_part_copy(const s3::UploadPartCopyRequest& request) override;
  std::string complete_multipart_upload(const s3::CompleteMultipartUploadRequest& request) override
      S3C_EXCLUDES(mutex_);
  void abort_multipart_upload(const std::string& bucket, const std::string& key,
                              const std::string& upload_id) override S3C_EXCLUDES(mutex_);
  std::vector<s3::DeleteResult> delete_objects(const std::string& bucket,
                                               const std::vector<s3::DeleteItem>& items,
                                               Resend resend) override S3C_EXCLUDES(mutex_);
  s3::DeleteResult delete_object(const std::string& bucket, const s3::DeleteItem& item,
                                 Resend resend) override S3C_EXCLUDES(mutex_);
  s3::RestoreOutcome restore_object(const s3::RestoreObjectRequest& request) override;

 private:
  using Upload = std::pair<std::string, std::string>;   ///< key and upload id
  using Version = std::pair<std::string, std::string>;  ///< key and version id

  /// Throws unless the key is that of a probe in our bucket.
  void expect_probe(const char* operation, const std::string& bucket, const std::string& key) const;
  /// Before the request: it may take effect although it fails.
  void note_written(const std::string& key) S3C_EXCLUDES(mutex_);
  void note(const s3::ObjectHead& head) S3C_EXCLUDES(mutex_);
  void note(const s3::DeleteResult& result) S3C_EXCLUDES(mutex_);
  /// Aborts and deletes what is known to be there.
  void remove_known() S3C_EXCLUDES(mutex_);
  /// Removes what a look has found: versions, and objects under other names than they were written.
  void remove(const std::vector<LeftBehind>& found) S3C_EXCLUDES(mutex_);
  std::vector<LeftBehind> look() S3C_EXCLUDES(mutex_);
  void look_for_objects(std::string_view prefix, std::vector<LeftBehind>& found);
  void look_for_versions(std::string_view prefix, std::vector<LeftBehind>& found);
  void look_for_uploads(const std::string& key, std::vector<LeftBehind>& found);
  std::vector<LeftBehind> known_left(const std::string& why) const S3C_EXCLUDES(mutex_);

  s3::ObjectStore& store_;
  const std::string bucket_;
  mutable base::Mutex mutex_;
  std::set<std::string> prefixes_ S3C_GUARDED_BY(mutex_);     ///< of all keys: the folder and the probe's id
  std::set<std::string> upload_keys_ S3C_GUARDED_BY(mutex_);  ///< of all uploads that were begun
  std::set<std::string> present_ S3C_GUARDED_BY(mutex_);      ///< keys at which something may be now
  std::set<Upload> uploads_ S3C_GUARDED_BY(mutex_);           ///< that may be unfinished
  /// Why the store refused to delete a version of a key.
  std::map<Version, std::string> refusals_ S3C_GUARDED_BY(mutex_);
  bool keeps_versions_ S3C_GUARDED_BY(mutex_) = false;  ///< the bucket keeps versions, or once did
};

}  // namespace s3c::upkeep
