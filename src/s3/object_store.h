// The S3 calls that this program needs, as an interface. The layers above s3/ use only this interface.
// S3Client (s3_client.h) implements it over HTTP. Tests wrap it: to count calls, to let calls fail, to return
// wrong answers.
//
// Every method blocks and may be called from any thread. It retries a failed call where a retry can help
// (retry.h), and then throws base::Error: throttled or transient when the retries ran out, access_denied,
// not_found, no_bucket, no_upload, wrong_state, precondition_failed, invalid_argument, unsupported, corrupt
// (the answer is no S3 answer), cancelled after the store's stop token was stopped. Source of every call:
// Amazon S3 API Reference, under the call's name.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "s3/types.h"

namespace s3c::s3 {

/// Gives get_objects() the objects to read, and receives the results. Only the thread that runs get_objects()
/// calls it. An exception that it throws ends get_objects(): requests in flight are dropped and get no
/// result.
class GetObjectSource {
 public:
  virtual ~GetObjectSource() = default;

  /// Waits for the next object. The object keeps slot, a number below max_in_flight, until its result has
  /// come. Returns nullopt at the end: no more objects will come. Called only while nothing is in flight.
  virtual std::optional<GetObjectRequest> next(std::size_t slot) = 0;
  /// As next(), but mustn't block. Returns nullopt if no object is ready now. Called again soon, and only
  /// while others are in flight.
  virtual std::optional<GetObjectRequest> try_next(std::size_t slot) = 0;
  /// Receives an object that was read. Each object ends with one call, of got() or of not_got(). Both may
  /// block, but all other requests in flight wait meanwhile.
  virtual void got(std::size_t slot, GetObjectResult result) = 0;
  /// Receives the request of an object that was not read. The source must pass it on to get_object(),
  /// which counts its failed_try as the first try. failed_try is nullopt if only the request was wrong (region
  /// or clock), or memory ran out.
  virtual void not_got(std::size_t slot, GetObjectRequest request) = 0;
};

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  /// The time by the store's clock, as the Date headers of its answers tell it. Before the first answer, and
  /// for a store whose answers have no Date, it is this machine's time. Use it to compute ages: last-modified
  /// and initiated are times of the same clock. Never blocks, throws nothing.
  virtual base::Timestamp now() const = 0;

  /// HeadBucket. Throws no_bucket when there is no such bucket, access_denied when we may not read it.
  virtual void head_bucket(const std::string& bucket) = 0;

  /// One page of ListObjectsV2 with encoding-type=url; keys are returned decoded.
  virtual ListObjectsPage list_objects(const ListObjectsRequest& request) = 0;

  /// One page of ListObjectVersions with encoding-type=url; keys are returned decoded.
  virtual ListObjectVersionsPage list_object_versions(const ListObjectVersionsRequest& request) = 0;

  /// Returns the whole body in memory. If a body breaks off, it is fetched again.
  /// Throws wrong_state when the object is archived and not thawed; so does read_object().
  virtual GetObjectResult get_object(const GetObjectRequest& request) = 0;

  /// Reads many small objects, up to max_in_flight (at least 1) at a time, all on the calling thread. This is
  /// cheaper than one thread for each object. Each object gets one try. If the next try would have to wait,
  /// the object goes back to the source with not_got(). Returns when the source has no more objects. After a
  /// stop it asks the source for no more. Throws what the source throws; internal when no event loop can be
  /// made (no file descriptors or libcurl handles left).
  virtual void get_objects(GetObjectSource& source, std::size_t max_in_flight) = 0;

  /// Passes the body to sink, each byte once and in order. If the body breaks off, the next request asks for
  /// the rest with Range and If-Match. So the sink never gets bytes of another version. Returns the head of
  /// the first answer. Throws precondition_failed when the object changed meanwhile.
  virtual ObjectHead read_object(const GetObjectRequest& request, const BodySink& sink) = 0;

  /// nullopt when there is no such object. Asks for stored checksums (x-amz-checksum-mode).
  virtual std::optional<ObjectHead> head_object(const std::string& bucket, const std::string& key) = 0;

  virtual std::map<std::string, std::string> get_object_tagging(const std::string& bucket,
                                                                const std::string& key,
                                                                const std::string& version_id) = 0;

  /// Asks for a readable copy of an archived object. The outcome tells only what happened to this request;
  /// head_object() tells whether the copy is there. The call is retried like a read, because repeating it
  /// does no harm. Throws invalid_argument for days below 1; wrong_state when the object isn't archived;
  /// unsupported when the store has no such call (Ceph RGW 16: NotImplemented or MethodNotAllowed), and while
  /// the expedited tier has no capacity; not_found.
  virtual RestoreOutcome restore_object(const RestoreObjectRequest& request) = 0;

  /// Returns the ETag. If a store refuses if_none_match only because of a delete marker, the object is written
  /// without that condition.
  /// Throws invalid_argument for attributes that can't be sent as they are.
  virtual std::string put_object(const PutObjectRequest& request, std::string_view body) = 0;

  /// Returns the upload id.
  /// Throws invalid_argument for attributes that can't be sent as they are.
  virtual std::string create_multipart_upload(const CreateMultipartUploadRequest& request) = 0;
  virtual UploadedPart upload_part(const UploadPartRequest& request) = 0;

  /// UploadPartCopy: the store makes the part out of an object that it has; no bytes travel. The returned
  /// part has a CRC-32 if the store told one: some stores want it back in Complete. A 200 reply may hold
  /// <Error>: that is a failure and is retried. Throws no_upload when the upload is gone, not_found when the
  /// source is gone, precondition_failed when the source is another object.
  virtual UploadedPart upload_part_copy(const UploadPartCopyRequest& request) = 0;

  /// Completes the upload; afterwards the object is visible to readers. Returns its ETag, or an empty text if
  /// the store's answer leaves it empty (Ceph RGW 16). Throws no_upload when the upload was already completed
  /// or aborted; not_found when if_match asks for an object that isn't there.
  /// A 200 reply may hold <Error>: that is a failure and is retried. After a lost reply the caller can't know
  /// the outcome from this call alone: HEAD and compare.
  virtual std::string complete_multipart_upload(const CompleteMultipartUploadRequest& request) = 0;

  /// Whether only one can win if two Completes with if_none_match arrive at once. No test request can find
  /// this out, so it is true only for the stores that known_stores.h lists.
  virtual bool completes_atomically() const = 0;
  /// Whether GET tells how many tags an object has (ObjectHead::tag_count) to credentials that may read tags.
  /// True for the stores that known_stores.h lists; of others it has to be found out.
  virtual bool tells_tag_counts() const = 0;

  /// Aborts an upload. Returns when the store has acknowledged that the upload doesn't exist any more. An
  /// upload that is already gone counts as aborted.
  virtual void abort_multipart_upload(const std::string& bucket, const std::string& key,
                                      const std::string& upload_id) = 0;

  /// One page, in key order. Empty markers mean: start at the beginning.
  virtual ListMultipartUploadsPage list_multipart_uploads(const std::string& bucket,
                                                          const std::string& prefix,
                                                          const std::string& key_marker,
                                                          const std::string& upload_id_marker) = 0;

  /// Whether the client itself may send an unanswered DeleteObjects again. Allowed only where a
  /// duplicate that arrives late can't delete a newer object: the store honours the condition on each key, or
  /// each key has a version id, or a key is used only once.
  enum class Resend { allowed, forbidden };

  /// DeleteObjects of 1 to 1,000 keys. Returns one result for each item, in the items' order.
  /// Throws unsupported or invalid_argument if the store has no such call or doesn't know the condition. If
  /// the store has no such call and resend is allowed, the client deletes each key with a request of its own
  /// instead.
  virtual std::vector<DeleteResult> delete_objects(const std::string& bucket,
                                                   const std::vector<DeleteItem>& items, Resend resend) = 0;

  /// DeleteObject: one key, with its ETag (if it has one) as If-Match. Throws only cancelled. Every other
  /// failure is in the result, a missing answer included.
  virtual DeleteResult delete_object(const std::string& bucket, const DeleteItem& item, Resend resend) = 0;
};

}  // namespace s3c::s3
