// One authenticated S3 call, and the operations, one function each. Files: bucket_ops, listing_ops,
// version_listing_ops, put_ops, get_ops, copy_ops, delete_ops, tagging_ops, lock_ops, restore_ops,
// multipart_ops, complete_ops, multipart_listing_ops. Every operation returns the answer of a success; in
// every other case it throws S3Error.
#pragma once

#include <chrono>
#include <set>
#include <string>
#include <string_view>

#include "base/time.h"
#include "sim/auth.h"
#include "sim/query.h"
#include "sim/request.h"
#include "sim/route.h"
#include "sim/s3_error.h"
#include "sim/store.h"

namespace s3c::sim {

/// What the simulated store can do beyond what all S3-like stores can. With all true it is S3 itself.
struct StorePowers {
  bool conditional_complete = true;  ///< If-None-Match and If-Match on CompleteMultipartUpload
  /// Without it such a condition doesn't see an object that was written just before: if several Completes
  /// arrive at once, each of them wins.
  bool atomic_complete = true;
  bool conditional_delete = true;        ///< If-Match on DeleteObject
  bool conditional_batch_delete = true;  ///< <ETag> in DeleteObjects
  bool batch_delete = true;              ///< DeleteObjects; without it: NotImplemented
  bool conditional_copy = true;  ///< any condition, on source or target, of CopyObject and UploadPartCopy
  /// x-amz-checksum-* are checked, kept and returned; x-amz-mp-object-size is checked.
  bool checksums = true;
  bool glacier_blocks_get = true;  ///< GET of an archived object that isn't thawed is refused
  bool upload_tags = true;         ///< x-amz-tagging on CreateMultipartUpload is kept
  bool restores = true;            ///< RestoreObject; without it: NotImplemented
  bool uneven_parts =
      true;                ///< Complete takes parts of differing sizes; Cloudflare R2 only a shorter last one
  bool key_order = true;   ///< listings in the order of UTF-8 bytes; without it pages in that of UTF-16 units
  bool list_etags = true;  ///< listings of objects and versions tell ETags
  bool encoding_type = true;        ///< without it that parameter of listings is ignored
  bool upload_prefixes = true;      ///< without it ListMultipartUploads takes the prefix for a whole key
  bool create_over_marker = true;   ///< without it If-None-Match: * fails over a delete marker
  bool object_size_header = true;   ///< x-amz-mp-object-size; without it: NotImplemented
  bool optional_attributes = true;  ///< x-amz-optional-object-attributes; without it: NotImplemented

  /// Ceph RGW 16, as measured.
  static StorePowers lesser() {
    return {.conditional_complete = false,
            .conditional_delete = false,
            .conditional_batch_delete = false,
            .conditional_copy = false,
            .checksums = false,
            .glacier_blocks_get = false,
            .upload_tags = false,
            .restores = false};
  }
};

/// The time from RestoreObject until the object is readable.
struct ThawTimes {
  std::chrono::milliseconds bulk{0};
  std::chrono::milliseconds standard{0};
  std::chrono::milliseconds expedited{0};

  static ThawTimes all(std::chrono::milliseconds time) { return {time, time, time}; }
  std::chrono::milliseconds of(RestoreTier tier) const {
    return tier == RestoreTier::bulk ? bulk : tier == RestoreTier::standard ? standard : expedited;
  }
};

/// What AbortMultipartUpload does with an upload that is already completed.
enum class AbortOfCompleted {
  refused,         ///< NoSuchUpload
  acknowledged,    ///< 204 and no effect: S3 for hours, others always
  removes_object,  ///< 204, and every abort removes the object of that name: seen on a store in use
  overtaken,       ///< 204, and a Complete that arrives after the abort takes effect all the same
};

/// What UploadPartCopy does otherwise than on S3.
enum class PartCopyManner {
  standard,          ///< as on S3
  refuses_checksum,  ///< InvalidRequest for an upload that was created with a checksum algorithm
  wants_checksum,    ///< Complete must repeat the checksum that the answer told
  object_result,     ///< the answer's root is CopyObjectResult
};

struct ServiceOptions {
  std::string region = "us-east-1";
  StorePowers powers{};
  AbortOfCompleted abort_of_completed = AbortOfCompleted::refused;
  PartCopyManner part_copy = PartCopyManner::standard;
  ThawTimes thaw_times{};
  /// By name, also of buckets that are made later.
  std::set<std::string, std::less<>> read_only_buckets{};  ///< changes get AccessDenied, the owner's too
  std::set<std::string, std::less<>> public_buckets{};     ///< everybody may list and read the newest objects
  /// Who doesn't say that they pay gets AccessDenied, as on S3 everybody but the owner does.
  std::set<std::string, std::less<>> requester_pays_buckets{};
};

struct Call {
  const Request& request;
  const Query& query;
  const Route& route;
  const ServiceOptions& options;
  Store& store;
  Bucket* bucket_or_null;  ///< nullptr for ListBuckets and CreateBucket only
  const User& user;
  base::Timestamp now;
  base::Timestamp put_now;   ///< by the clock for what PutObject writes, which /_sim/put-clock sets
  base::Timestamp thaw_now;  ///< by the clock for thaws, which /_sim/thaw-clock advances

  Bucket& bucket() const { return *bucket_or_null; }
  const std::string& key() const { return route.key; }
  std::string_view header(std::string_view header_name) const { return request.headers.get(header_name); }
  const std::string* find_header(std::string_view header_name) const {
    return request.headers.find(header_name);
  }
};

/// An XML answer, 200.
Response xml_response(std::string document);

Response list_buckets(const Call& call);
Response create_bucket(const Call& call);
Response head_bucket(const Call& call);
Response delete_bucket(const Call& call);
Response get_bucket_location(const Call& call);
Response get_bucket_versioning(const Call& call);
Response put_bucket_versioning(const Call& call);
Response get_object_lock_configuration(const Call& call);
Response put_object_lock_configuration(const Call& call);
Response list_objects(const Call& call);
Response list_objects_v2(const Call& call);
Response list_object_versions(const Call& call);
Response list_multipart_uploads(const Call& call);
Response put_object(const Call& call);
Response copy_object(const Call& call);
/// HeadObject too: the server drops the body.
Response get_object(const Call& call);
Response delete_object(const Call& call);
Response delete_objects(const Call& call);
Response get_object_tagging(const Call& call);
Response put_object_tagging(const Call& call);
Response delete_object_tagging(const Call& call);
Response get_object_retention(const Call& call);
Response put_object_retention(const Call& call);
Response get_object_legal_hold(const Call& call);
Response put_object_legal_hold(const Call& call);
Response restore_object(const Call& call);
Response create_multipart_upload(const Call& call);
Response upload_part(const Call& call);
Response upload_part_copy(const Call& call);
Response complete_multipart_upload(const Call& call);
Response abort_multipart_upload(const Call& call);
Response list_parts(const Call& call);

}  // namespace s3c::sim
