// What S3 says and is told, as plain values. ETags are kept without their quotes everywhere in this program;
// the client adds them where the protocol wants them.
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

/// Whether an object can be read now. A thawed object keeps its storage class, so the class alone never
/// tells.
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
  /// nullopt: with_thaw_state was not asked for, or the class is INTELLIGENT_TIERING, of whose archive tiers
  /// a listing doesn't tell.
  std::optional<ThawState> thaw = {};

  bool operator==(const ObjectSummary&) const = default;
};

struct ListObjectsRequest {
  std::string bucket = {};
  std::string prefix = {};
  std::string delimiter = {};           ///< empty: none
  std::string start_after = {};         ///< empty: from the start; exclusive
  std::string continuation_token = {};  ///< from the page before
  int max_keys = 1000;
  /// Ask for ObjectSummary::thaw (x-amz-optional-object-attributes, a header that not every store may know).
  bool with_thaw_state = false;
};

struct ListObjectsPage {
  std::vector<ObjectSummary> objects = {};
  std::vector<std::string> common_prefixes = {};
  std::optional<std::string> next_continuation_token = {};  ///< nullopt: this was the last page
};

/// One row of a listing of versions.
struct ObjectVersion {
  /// Of a delete marker only key and last_modified say anything.
  ObjectSummary object = {};
  std::string version_id = {};  ///< "null": written while the bucket kept no versions
  bool is_latest = false;       ///< what a GET without version id meets
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
  std::vector<ObjectVersion> versions = {};  ///< in key order; of one key the newest first
  std::vector<std::string> common_prefixes = {};
  bool truncated = false;  ///< false: this was the last page
  std::string next_key_marker = {};
  std::string next_version_id_marker = {};  ///< empty: behind all versions of next_key_marker
};

/// A checksum as S3 names it.
struct Checksum {
  std::string algorithm = {};  ///< "CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"
  std::string value = {};      ///< base64; composite ones end in "-N"
  std::string type = {};       ///< "FULL_OBJECT", "COMPOSITE", or empty when the store doesn't say

  /// False for one that was computed from the parts' checksums: it depends on how the object was cut, and
  /// says nothing that the object's bytes alone could be compared with.
  bool is_of_whole_object() const { return type != "COMPOSITE" && value.find('-') == std::string::npos; }

  bool operator==(const Checksum&) const = default;
};

/// The answer's headers to GET and HEAD.
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
  /// User metadata, names lower-case and without "x-amz-meta-", values as they were sent: S3 writes those
  /// that aren't ASCII as RFC 2047 encoded words and takes them back in that form.
  std::map<std::string, std::string> metadata = {};
  std::vector<Checksum> checksums = {};
  int tag_count = 0;
  /// What the store says. Ceph RGW 16 lets one read what it calls frozen: whether that is true only a GET
  /// tells.
  ThawState thaw = {};
  /// ETag is no MD5 of the body where this is "aws:kms", "aws:kms:dsse" or a customer's key was used.
  std::string server_side_encryption = {};
  std::string kms_key_id = {};  ///< empty: no KMS key, or the store doesn't tell which

  /// Whether ETags of this object are made of MD5s: of its bytes, or of its parts' MD5s.
  bool etag_is_of_md5() const { return server_side_encryption.empty() || server_side_encryption == "AES256"; }
  /// The value of the checksum of the whole object by that algorithm; nullopt where the store tells none.
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

/// A try that ObjectStore::get_objects() made in vain.
struct FailedTry {
  base::Error error;
  std::optional<std::chrono::milliseconds> retry_after = {};  ///< the store's wish
};

struct GetObjectRequest {
  std::string bucket = {};
  std::string key = {};
  std::string version_id = {};          ///< empty: the current one
  std::string if_match = {};            ///< an ETag; empty: no condition
  std::optional<ByteRange> range = {};  ///< nullopt: all of it
  /// A body of another length is an error of kind precondition_failed.
  std::optional<std::uint64_t> expected_size_bytes = {};
  /// A longer body is an error of kind corrupt, before more of it is taken into memory. Of get_object() and
  /// get_objects() only; a range has its own length as limit.
  std::uint64_t max_size_bytes = std::uint64_t{64} << 20;
  /// What get_objects() reported: get_object() counts it as the first of its tries, and goes on from there.
  std::optional<FailedTry> failed_try = {};
};

struct GetObjectResult {
  ObjectHead head = {};
  std::string body = {};
};

/// Takes the next bytes of an object, in order.
using BodySink = std::function<void(std::string_view)>;

/// What an object is given besides its bytes, however it is uploaded (Ceph RGW 16 loses the tags of multipart
/// uploads: ObjectHead::tag_count then says 0). Fields are as ObjectHead has them, so
/// that an object read back can be written with everything it had. A value that HTTP or S3 would change on
/// the way is refused: attribute_headers.h says which.
struct ObjectAttributes {
  std::string content_type = {};                           ///< empty: the store's default
  std::map<std::string, std::string> system_headers = {};  ///< as ObjectHead::system_headers
  std::map<std::string, std::string> metadata = {};        ///< as ObjectHead::metadata
  std::map<std::string, std::string> tags = {};            ///< UTF-8, unencoded
  std::string storage_class = {};                          ///< empty: STANDARD
};

struct PutObjectRequest {
  std::string bucket = {};
  std::string key = {};
  ObjectAttributes attributes = {};
  bool if_none_match = false;             ///< fail with precondition_failed where the key exists
  std::optional<Checksum> checksum = {};  ///< of the body; Content-MD5 is always sent
};

/// How the archive is encrypted at rest; empty fields leave it to the bucket.
struct Encryption {
  std::string algorithm = {};  ///< "AES256", "aws:kms", "aws:kms:dsse"
  std::string kms_key_id = {};
};

struct CreateMultipartUploadRequest {
  std::string bucket = {};
  std::string key = {};
  ObjectAttributes attributes = {};
  Encryption encryption = {};
  /// Ask for a FULL_OBJECT CRC32; a store without additional checksums must not be sent the header.
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
  std::string source_etag = {};  ///< condition: the copy is of this very object
  /// Of the source, which must then be larger than 5 MiB; nullopt: all of it.
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
  /// Numbers ascending, at least one; all of equal size in bytes but the last.
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

struct RestoreObjectRequest {
  std::string bucket = {};
  std::string key = {};
  std::string version_id = {};  ///< empty: the current one
  /// How long the thawed copy stays, at least 1; S3 rounds up to midnight UTC. nullopt: not sent, as the
  /// archive tiers of INTELLIGENT_TIERING want it, whose objects stay thawed.
  std::optional<int> days = {};
  RestoreTier tier = RestoreTier::bulk;
};

enum class RestoreOutcome {
  started,      ///< the thaw has begun (or goes on at a faster tier)
  extended,     ///< a thawed copy was there: its days count anew from now
  in_progress,  ///< a thaw that began before goes on; nothing changed
};

struct DeleteItem {
  std::string key = {};
  std::string version_id = {};  ///< empty: the current one
  std::string etag = {};        ///< condition; empty: none
};

struct DeleteResult {
  enum class Outcome {
    deleted,              ///< gone, by us or before us
    precondition_failed,  ///< the object there is another one
    not_found,            ///< conditional delete of an object that is no longer there
    refused,              ///< anything else; see code and message
  };
  std::string key = {};
  std::string version_id = {};
  Outcome outcome = Outcome::deleted;
  std::string code = {};
  std::string message = {};
  std::optional<base::ErrorKind> kind = {};  ///< of what the code says; nullopt: deleted, or not known
  /// The version id of the delete marker that now hides the object; nullopt: nothing says that there is one.
  /// "null" took the place of the null version, if there was one.
  std::optional<std::string> marker_version_id = {};
};

}  // namespace s3c::s3
