// The S3 calls this program needs, as an interface: archive/ is written against it, S3Client (s3_client.h)
// implements it over HTTP, and tests wrap it to count, to fail and to lie.
//
// Every method blocks, may be called from any thread, and retries what is worth retrying before it throws
// base::Error: throttled or transient when retries ran out, access_denied, not_found, precondition_failed,
// invalid_argument, unsupported, corrupt (an answer that is no S3 answer), cancelled once the store's stop
// token is stopped. Source of every call: Amazon S3 API Reference, under the call's name.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "s3/types.h"

namespace s3c::s3 {

/// Where get_objects() takes its work from and brings its results; called by its thread only. What it throws
/// ends get_objects(): what is in flight is dropped then, without a result.
class GetObjectSource {
 public:
  virtual ~GetObjectSource() = default;

  /// The next object, which has slot, a number below max_in_flight, until its result came. nullopt: none now
  /// or, if may_wait (which is said while nothing is in flight), none any more. Without may_wait it mustn't
  /// block; it is asked again soon.
  virtual std::optional<GetObjectRequest> next(std::size_t slot, bool may_wait) = 0;
  /// Once for each object, this or not_got(). Both may block, at the cost of all the others in flight.
  virtual void got(std::size_t slot, GetObjectResult result) = 0;
  /// get_object() is to be called for it, with failed in its request. nullopt: nothing is wrong with the
  /// object, it was only asked for in the wrong way.
  virtual void not_got(std::size_t slot, std::optional<FailedTry> failed) = 0;
};

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  /// The time by the store's clock, as its answers tell it; this machine's before the first answer, and
  /// where answers tell none. Ages go by it: last-modified and initiated are times of the same clock. Never
  /// blocks, throws nothing.
  virtual base::Timestamp now() const = 0;

  /// HeadBucket. Throws not_found when there is no such bucket, access_denied when it isn't ours to read.
  virtual void head_bucket(const std::string& bucket) = 0;

  /// One page of ListObjectsV2 with encoding-type=url; keys are returned decoded.
  virtual ListObjectsPage list_objects(const ListObjectsRequest& request) = 0;

  /// One page of ListObjectVersions with encoding-type=url; keys are returned decoded.
  virtual ListObjectVersionsPage list_object_versions(const ListObjectVersionsRequest& request) = 0;

  /// The whole body in memory. A body that breaks off is fetched again.
  /// Throws unsupported with code InvalidObjectState when the object is archived and not thawed; so does
  /// read_object().
  virtual GetObjectResult get_object(const GetObjectRequest& request) = 0;

  /// Many small objects, up to max_in_flight (at least 1) at a time, all driven by the calling thread:
  /// cheaper than a thread for each. A single try each; whoever has to wait before the next one is left to
  /// get_object(). Returns when source has no more; after a stop the rest of what source has was not asked
  /// for. Throws what source throws; internal when the system has nothing left to wait with.
  virtual void get_objects(GetObjectSource& source, std::size_t max_in_flight) = 0;

  /// The body through sink, each byte once and in order: a body that breaks off is continued with Range and
  /// If-Match, so that sink never sees a byte of another version. Returns the head of the first answer.
  /// Throws precondition_failed when the object changed on the way.
  virtual ObjectHead read_object(const GetObjectRequest& request, const BodySink& sink) = 0;

  /// nullopt when there is no such object. Asks for stored checksums (x-amz-checksum-mode).
  virtual std::optional<ObjectHead> head_object(const std::string& bucket, const std::string& key) = 0;

  virtual std::map<std::string, std::string> get_object_tagging(const std::string& bucket,
                                                                const std::string& key,
                                                                const std::string& version_id) = 0;

  /// Asks for a readable copy of an archived object. Only head_object() tells when it is there: the outcome
  /// is about this request. Repeating it does no harm, so it is retried as reads are. Throws invalid_argument
  /// for days below 1; unsupported with code InvalidObjectState when the object isn't archived, with
  /// NotImplemented or MethodNotAllowed where the store has no such call (Ceph RGW 16); throttled with
  /// GlacierExpeditedRetrievalNotAvailable while that tier has no capacity; not_found.
  virtual RestoreOutcome restore_object(const RestoreObjectRequest& request) = 0;

  /// Returns the ETag.
  /// Throws invalid_argument for attributes that can't be sent as they are.
  virtual std::string put_object(const PutObjectRequest& request, std::string_view body) = 0;

  /// Returns the upload id.
  /// Throws invalid_argument for attributes that can't be sent as they are.
  virtual std::string create_multipart_upload(const CreateMultipartUploadRequest& request) = 0;
  virtual UploadedPart upload_part(const UploadPartRequest& request) = 0;

  /// UploadPartCopy: the store makes the part out of an object that it has; no bytes travel. The part comes
  /// back without a CRC-32, which Complete doesn't need beside a FULL_OBJECT one. A 200 reply may hold
  /// <Error>: that is a failure and is retried. Throws not_found when the upload or the source is gone,
  /// precondition_failed when the source is another object.
  virtual UploadedPart upload_part_copy(const UploadPartCopyRequest& request) = 0;

  /// Completes the upload; afterwards the object is visible to readers. Returns its ETag, or nothing where
  /// the store's answer leaves it empty (Ceph RGW 16). Throws not_found when the upload was completed or
  /// aborted before.
  /// A 200 reply may hold <Error>: that is a failure and is retried. After a lost reply the caller can't know
  /// the outcome from this call alone: HEAD and compare.
  virtual std::string complete_multipart_upload(const CompleteMultipartUploadRequest& request) = 0;

  /// Whether of two Completes with if_none_match that arrive at once only one can win. No trying finds that
  /// out: true only of the stores that known_stores.h lists.
  virtual bool completes_atomically() const = 0;

  /// Returns once the store has acknowledged that the upload is no more (an upload that is already gone
  /// counts).
  virtual void abort_multipart_upload(const std::string& bucket, const std::string& key,
                                      const std::string& upload_id) = 0;

  /// One page, in key order; empty markers start at the beginning.
  virtual ListMultipartUploadsPage list_multipart_uploads(const std::string& bucket,
                                                          const std::string& prefix,
                                                          const std::string& key_marker,
                                                          const std::string& upload_id_marker) = 0;

  /// Whether an unanswered DeleteObjects may be sent again by the client itself. Only where the store honours
  /// the per-key condition: elsewhere a duplicate that arrives late could hit a newer object.
  enum class Resend { allowed, forbidden };

  /// DeleteObjects of 1 to 1,000 keys. One result for each item, in the items' order.
  /// Throws unsupported or invalid_argument where the store has no such call or doesn't know the condition.
  /// Where it has no such call and resend is allowed, each key is deleted by a request of its own instead.
  virtual std::vector<DeleteResult> delete_objects(const std::string& bucket,
                                                   const std::vector<DeleteItem>& items, Resend resend) = 0;

  /// DeleteObject: one key, with its ETag as If-Match. Throws nothing but cancelled: what went wrong, no
  /// answer included, is in the result.
  virtual DeleteResult delete_object(const std::string& bucket, const DeleteItem& item, Resend resend) = 0;
};

}  // namespace s3c::s3
