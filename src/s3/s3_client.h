// ObjectStore over HTTP: Amazon S3 and the stores that speak its protocol. The calls are split by subject
// into s3_client_objects.cpp, _get_many.cpp, _list.cpp, _multipart.cpp and _delete.cpp. All of them use
// call_runner.h.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "aws/credentials.h"
#include "aws/endpoint.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/transport.h"
#include "s3/call_runner.h"
#include "s3/object_store.h"
#include "s3/request_stats.h"
#include "s3/retry.h"

namespace s3c::s3 {

struct S3ClientConfig {
  aws::EndpointSettings endpoint = {};
  std::string region = "us-east-1";  ///< tried first; a bucket in another region names its own
  RetryPolicy retry = {};
  /// Of every object that the client writes, whatever the request says. Empty: what the request says.
  Encryption encryption = {};
  /// Whether we pay for requests to buckets whose owner asks the requester to.
  bool requester_pays = false;
  /// The account that must own every bucket: the store refuses requests to buckets of others. Empty: any.
  std::string expected_owner = {};
  /// The canned ACL of every object that the client writes. Empty: the bucket's default.
  std::string acl = {};
  /// Asks whose these credentials are, nullptr: of an unsigned request; becomes ErrorContext::caller of requests
  /// that were denied. Empty: nobody can be asked. Any thread; throws nothing.
  std::function<std::string(const aws::Credentials*)> caller = {};
  /// What else denials may come from, for the messages of requests that were denied. Empty: nothing is known.
  std::string denial_note = {};
  /// Which store this is, for messages of what is wrong with buckets and credentials. Empty: there is no other.
  std::string store_note = {};
};

class S3Client final : public ObjectStore {
 public:
  /// credentials: nullptr: requests aren't signed. transport and clock must outlive the client. stop: ends
  /// every call with Error cancelled. Retries are logged at info.
  S3Client(S3ClientConfig config, std::shared_ptr<aws::CredentialsProvider> credentials,
           http::Transport& transport, base::Clock& clock, std::shared_ptr<base::Logger> logger,
           std::stop_token stop);

  base::Timestamp now() const override { return runner_.store_now(); }
  void head_bucket(const std::string& bucket) override;
  ListObjectsPage list_objects(const ListObjectsRequest& request) override;
  ListObjectVersionsPage list_object_versions(const ListObjectVersionsRequest& request) override;
  GetObjectResult get_object(const GetObjectRequest& request) override;
  void get_objects(GetObjectSource& source, std::size_t max_in_flight) override;
  ObjectHead read_object(const GetObjectRequest& request, const BodySink& sink) override;
  std::optional<ObjectHead> head_object(const std::string& bucket, const std::string& key) override;
  std::map<std::string, std::string> get_object_tagging(const std::string& bucket, const std::string& key,
                                                        const std::string& version_id) override;
  RestoreOutcome restore_object(const RestoreObjectRequest& request) override;
  std::string put_object(const PutObjectRequest& request, std::string_view body) override;
  std::string create_multipart_upload(const CreateMultipartUploadRequest& request) override;
  UploadedPart upload_part(const UploadPartRequest& request) override;
  UploadedPart upload_part_copy(const UploadPartCopyRequest& request) override;
  std::string complete_multipart_upload(const CompleteMultipartUploadRequest& request) override;
  bool completes_atomically() const override { return completes_atomically_; }
  bool tells_tag_counts() const override { return tells_tag_counts_; }
  void abort_multipart_upload(const std::string& bucket, const std::string& key,
                              const std::string& upload_id) override;
  ListMultipartUploadsPage list_multipart_uploads(const std::string& bucket, const std::string& prefix,
                                                  const std::string& key_marker,
                                                  const std::string& upload_id_marker) override;
  std::vector<DeleteResult> delete_objects(const std::string& bucket, const std::vector<DeleteItem>& items,
                                           Resend resend) override;
  DeleteResult delete_object(const std::string& bucket, const DeleteItem& item, Resend resend) override;

  /// What was sent so far.
  RequestStatsSnapshot stats() const {
    RequestStatsSnapshot now = runner_.stats().snapshot();
    now.gets_allowed = runner_.gets().limit();
    return now;
  }

 private:
  /// Without the second try over a delete marker.
  std::string put_object_once(const PutObjectRequest& request, std::string_view body);

  /// Deletes keys that XML can carry, in one request. Returns the results in the items' order.
  std::vector<DeleteResult> delete_batch(const std::string& bucket,
                                         const std::vector<const DeleteItem*>& items, Resend resend);

  /// False when the store says that there is no such upload. True if the store's answer doesn't tell.
  bool upload_exists(const std::string& bucket, const std::string& key, const std::string& upload_id);

  const bool completes_atomically_;
  const bool tells_tag_counts_;
  const Encryption encryption_;
  const std::string expected_owner_;
  const std::string acl_;
  CallRunner runner_;
  std::atomic<bool> has_delete_objects_{true};  ///< false once the store said that it has no such call
};

}  // namespace s3c::s3
