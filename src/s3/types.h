// Requests and answers of S3, as plain values. ETags are kept without their quotes everywhere in this
// program; the client adds the quotes where the protocol needs them.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/time.h"

namespace s3c::s3 {

/// Whether an object can be read now. The storage class alone doesn't tell: a thawed object keeps its class.
struct ThawState {
  enum class Kind {
    not_frozen,   ///< in a class that is always readable
    frozen,       ///< archived: RestoreObject first
    in_progress,  ///< archived, a restore has begun
    thawed,       ///< archived, with a readable copy until expires_at
  };
  Kind kind = Kind::not_frozen;
  /// Of a thawed copy; nullopt where the store doesn't say.
  std::optional<base::Timestamp> expires_at = {};

  bool is_readable() const { return kind == Kind::not_frozen || kind == Kind::thawed; }
  bool operator==(const ThawState&) const = default;
};

/// One row of a listing.
struct ObjectSummary {
  std::string key = {};
  std::uint64_t size_bytes = 0;
  std::string etag = {};  ///< without quotes
  base::Timestamp last_modified = {};
  std::string storage_class = {};  ///< "STANDARD" where the store says nothing
  /// nullopt: with_thaw_state was not asked for, or the class is INTELLIGENT_TIERING: a listing doesn't tell
  /// whether such an object is in an archive tier.
  std::optional<ThawState> thaw = {};
  /// Only of a row that tells it (source/row_text.h): no other version is meant. A listing of objects has none.
  std::string version_id = {};

  bool operator==(const ObjectSummary&) const = default;
};

struct ListObjectsRequest {
  std::string bucket = {};
  std::string prefix = {};
  std::string delimiter = {};           ///< empty: none
  std::string start_after = {};         ///< empty: from the start; exclusive
  std::string continuation_token = {};  ///< from the page before
  int max_keys = 1000;
  /// Ask for ObjectSummary::thaw (x-amz-optional-object-attributes; not every store may know this header).
  bool with_thaw_state = false;
};

struct ListObjectsPage {
  std::vector<ObjectSummary> objects = {};
  std::vector<std::string> common_prefixes = {};
  std::optional<std::string> next_continuation_token = {};  ///< nullopt: this was the last page
};

/// One row of a listing of versions.
struct ObjectVersion {
  /// For a delete marker only key and last_modified are set.
  ObjectSummary object = {};
  std::string version_id = {};  ///< "null": written while the bucket kept no versions
  bool is_latest = false;       ///< a GET without version id reads this version
  bool is_delete_marker = false;
};

struct ListObjectVersionsRequest {
  std::string bucket = {};
  std::string prefix = {};
  std::string delimiter = {};          ///< empty: none
  std::string key_marker = {};         ///< from the page before; empty: from the start
  std::string version_id_marker = {};  ///< from the page before
};

struct ListObjectVersionsPage {
  std::vector<ObjectVersion> versions = {};  ///< in key order; versions of one key newest first
  std::vector<std::string> common_prefixes = {};
  bool truncated = false;  ///< false: this was the last page
  std::string next_key_marker = {};
  std::string next_version_id_marker = {};  ///< empty: after all versions of next_key_marker
};

/// A checksum as S3 names it.
struct Checksum {
  std::string algorithm = {};  ///< "CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"
  std::string value = {};      ///< base64; composite ones end in "-N"
  std::string type = {};       ///< "FULL_OBJECT", "COMPOSITE", or empty when the store doesn't say

  /// False for a checksum of the parts' checksums: it depends on how the object was cut into parts, so it
  /// can't be compared with the object's bytes.
  bool is_of_whole_object() const { return type != "COMPOSITE" && value.find('-') == std::string::npos; }

  bool operator==(const Checksum&) const = default;
};

/// Object Lock: what keeps a version from being deleted. A version may have a retention and a legal hold.
struct ObjectLock {
  std::string mode = {};  ///< "GOVERNANCE", "COMPLIANCE"; empty: no retention
  /// Counts only with a mode. nullopt: there is no mode, or the answer doesn't tell it.
  std::optional<base::Timestamp> retain_until = {};
  bool legal_hold = false;

  bool empty() const { return mode.empty() && !legal_hold; }
  bool operator==(const ObjectLock&) const = default;
};

/// The headers of an answer to GET or HEAD.
struct ObjectHead {
  std::uint64_t size_bytes = 0;  ///< of the whole object, also when a range was asked for
  std::string etag = {};
  base::Timestamp last_modified = {};
  std::string version_id = {};     ///< empty in a bucket that never had versioning
  std::string storage_class = {};  ///< "STANDARD" where the store says nothing
  std::string content_type = {};
  /// The other system headers that were set on the object, by lower-case name: cache-control,
  /// content-disposition, content-encoding, content-language, expires, x-amz-website-redirect-location.
  std::map<std::string, std::string> system_headers = {};
  /// User metadata. Names are lower-case and without "x-amz-meta-". Values are as S3 sends them: S3 writes
  /// values that aren't ASCII as RFC 2047 encoded words, and accepts them in that form.
  std::map<std::string, std::string> metadata = {};
  std::vector<Checksum> checksums = {};
  /// 0: it has no tags, the store never tells, or the credentials may not read tags.
  int tag_count = 0;
  /// Metadata that the object has and this answer lacks: x-amz-missing-meta, and names that came twice.
  int missing_metadata = 0;
  /// What the store says. Ceph RGW 16 lets clients read objects that it calls frozen: only a GET can tell.
  ThawState thaw = {};
  /// The ETag is no MD5 of the body where this is "aws:kms" or "aws:kms:dsse", or where a customer's key was
  /// used.
  std::string server_side_encryption = {};
  std::string kms_key_id = {};  ///< empty: no KMS key, or the store doesn't tell which
  bool bucket_key = false;      ///< KMS is asked once for many objects
  /// Empty: none, or the credentials may not read it (s3:GetObjectRetention, s3:GetObjectLegalHold).
  ObjectLock lock = {};

  /// Whether the ETag of this object is made of MD5s: of its bytes, or of its parts' MD5s.
  bool etag_is_of_md5() const { return server_side_encryption.empty() || server_side_encryption == "AES256"; }
  /// The whole object's checksum by that algorithm; nullopt if the store tells none.
  std::optional<std::string> whole_checksum(std::string_view algorithm) const {
    for (const Checksum& checksum : checksums) {
      if (checksum.algorithm == algorithm && checksum.is_of_whole_object()) return checksum.value;
    }
    return std::nullopt;
  }
};

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t size_bytes = 0;  ///< at least 1
};

/// A try of a GET that failed.
struct FailedTry {
  base::Error error;
  std::optional<std::chrono::milliseconds> retry_after = {};  ///< how long the store asks us to wait
};

/// ErrorContext::code where a body has more bytes than its reader allows.
inline constexpr std::string_view kBodyTooLong = "BodyTooLong";

struct GetObjectRequest {
  std::string bucket = {};
  std::string key = {};
  std::string version_id = {};          ///< empty: the current one
  std::string if_match = {};            ///< an ETag; empty: no condition
  std::optional<ByteRange> range = {};  ///< nullopt: all of it
  /// If the body has another length, the call throws precondition_failed.
  std::optional<std::uint64_t> expected_size_bytes = {};
  /// The expected size is what somebody else said. Otherwise an object with the ETag of if_match and another size is
  /// one whose bytes are missing, and the GET is repeated.
  bool size_may_be_wrong = false;
  /// If the body is longer, the call throws corrupt, with kBodyTooLong, before it takes more of the body into memory.
  /// Only for get_object() and get_objects(). range and expected_size_bytes set limits of their own.
  std::uint64_t max_size_bytes = std::uint64_t{64} << 20;
  /// A try of this request that get_objects() made. get_object() counts it as the first of its tries.
  std::optional<FailedTry> failed_try = {};
};

struct GetObjectResult {
  ObjectHead head = {};
  std::string body = {};
};

/// Takes the next bytes of an object, in order.
using BodySink = std::function<void(std::string_view)>;

/// What an object gets besides its bytes, with PutObject or a multipart upload. (Ceph RGW 16 loses the tags
/// of multipart uploads: ObjectHead::tag_count then says 0.) The fields have the form that ObjectHead has, so
/// that an object that was read can be written again with all its attributes. A value that HTTP or S3 would
/// change on the way is refused: attribute_headers.h lists those.
struct ObjectAttributes {
  std::string content_type = {};                           ///< empty: the store's default
  std::map<std::string, std::string> system_headers = {};  ///< as ObjectHead::system_headers
  std::map<std::string, std::string> metadata = {};        ///< as ObjectHead::metadata
  std::map<std::string, std::string> tags = {};            ///< UTF-8, unencoded
  std::string storage_class = {};                          ///< empty: STANDARD
  ObjectLock lock = {};                                    ///< only in buckets with Object Lock
};

struct PutObjectRequest {
  std::string bucket = {};
  std::string key = {};
  ObjectAttributes attributes = {};
  bool if_none_match = false;             ///< fail with precondition_failed where the key exists
  std::optional<Checksum> checksum = {};  ///< of the body; Content-MD5 is always sent
};

/// How an object is encrypted at rest; empty fields leave it to the bucket.
struct Encryption {
  std::string algorithm = {};   ///< "AES256", "aws:kms", "aws:kms:dsse"
  std::string kms_key_id = {};  ///< id, ARN, or alias
  bool bucket_key = false;      ///< with "aws:kms": a key of the bucket's, so that KMS is asked less often
};

struct CreateMultipartUploadRequest {
  std::string bucket = {};
  std::string key = {};
  ObjectAttributes attributes = {};
  Encryption encryption = {};  ///< unless the client is told to encrypt all that it writes
  /// Ask for a FULL_OBJECT CRC32. Don't set it for a store without additional checksums: it must not get the
  /// header.
  bool full_object_crc32 = false;
};

struct UploadPartRequest {
  std::string bucket = {};
  std::string key = {};
  std::string upload_id = {};
  int part_number = 0;                      ///< 1..10,000
  std::string_view body = {};               ///< lives until the call returns
  std::string md5 = {};                     ///< 16 raw bytes; sent as Content-MD5
  std::optional<std::uint32_t> crc32 = {};  ///< sent as x-amz-checksum-crc32
};

struct UploadPartCopyRequest {
  std::string bucket = {};
  std::string key = {};
  std::string upload_id = {};
  int part_number = 0;           ///< 1..10,000
  std::string source_key = {};   ///< in the same bucket
  std::string source_etag = {};  ///< condition: the source still has this ETag
  /// The range of the source to copy; nullopt: all of it. With a range the source must be larger than 5 MiB.
  std::optional<ByteRange> range = {};
};

struct UploadedPart {
  int part_number = 0;
  std::string etag = {};
  std::optional<std::uint32_t> crc32 = {};
};

struct CompleteMultipartUploadRequest {
  std::string bucket = {};
  std::string key = {};
  std::string upload_id = {};
  /// Numbers ascending, at least one part. All parts but the last have the same size in bytes.
  std::vector<UploadedPart> parts = {};
  bool if_none_match = true;
  std::string if_match = {};  ///< replace only the object with this ETag; empty: no such condition
  std::optional<std::uint32_t> full_object_crc32 = {};
  std::optional<std::uint64_t> object_size_bytes = {};  ///< x-amz-mp-object-size
};

struct MultipartUpload {
  std::string key = {};
  std::string upload_id = {};
  base::Timestamp initiated = {};
};

struct ListMultipartUploadsPage {
  std::vector<MultipartUpload> uploads = {};
  std::string next_key_marker = {};
  std::string next_upload_id_marker = {};
  bool truncated = false;
};

/// How fast an archived object thaws and what that costs. DEEP_ARCHIVE has no expedited.
enum class RestoreTier { bulk, standard, expedited };

/// The tier's name in S3's API.
constexpr std::string_view to_string(RestoreTier tier) {
  switch (tier) {
    case RestoreTier::bulk:
      return "Bulk";
    case RestoreTier::standard:
      return "Standard";
    case RestoreTier::expedited:
      return "Expedited";
  }
  return "";
}

struct RestoreObjectRequest {
  std::string bucket = {};
  std::string key = {};
  std::string version_id = {};  ///< empty: the current one
  /// How long the thawed copy stays, at least 1 day; S3 rounds up to midnight UTC. nullopt: no days are sent.
  /// Use nullopt for the archive tiers of INTELLIGENT_TIERING: S3 wants no days there, and thawed objects
  /// stay thawed.
  std::optional<int> days = {};
  RestoreTier tier = RestoreTier::bulk;
};

enum class RestoreOutcome {
  started,      ///< the thaw has begun (or goes on at a faster tier)
  extended,     ///< there was a thawed copy: its days count anew from now
  in_progress,  ///< an earlier thaw is still going on; nothing changed
};

struct DeleteItem {
  std::string key = {};
  std::string version_id = {};  ///< empty: the current one
  std::string etag = {};        ///< condition; empty: none
};

struct DeleteResult {
  enum class Outcome {
    deleted,              ///< gone: deleted now, or already gone before
    precondition_failed,  ///< the object there is another one
    /// The store says that there is no such object. S3 does so only of conditional deletes; otherwise, it says
    /// deleted.
    not_found,
    refused,  ///< anything else; see code and message
  };
  std::string key = {};
  std::string version_id = {};
  Outcome outcome = Outcome::deleted;
  std::string code = {};
  std::string message = {};
  std::optional<base::ErrorKind> kind = {};  ///< of the code; nullopt: deleted, or an unknown code
  /// The version id of the delete marker that now hides the object; nullopt: the store reported no marker. If
  /// it is "null", the marker replaced the null version, if there was one.
  std::optional<std::string> marker_version_id = {};
};

}  // namespace s3c::s3
