// The headers that travel with an object: reading them from an upload, checking its digests, writing them
// into an answer. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/call.h"

namespace s3c::sim {

/// System headers, user metadata, storage class and tags of a PutObject, CreateMultipartUpload or CopyObject
/// (REPLACE), and its Object Lock. Throws S3Error: MetadataTooLarge, InvalidStorageClass, InvalidTag,
/// InvalidRequest and InvalidArgument (of Object Lock).
Attributes read_attributes(const Call& call);
/// Throws S3Error: InvalidStorageClass. nullopt without the header.
std::optional<StorageClass> read_storage_class(const Request& request);
/// "a=1&b=2", as in x-amz-tagging. Throws S3Error: InvalidTag.
std::vector<Tag> parse_tagging_header(std::string_view text);
/// At most ten, keys unique and not too long. Throws S3Error: InvalidTag.
void check_tags(const std::vector<Tag>& tags);

/// Checks Content-MD5 and x-amz-checksum-* against the request's body.
/// asked: the algorithm that must be used (an upload's), or nullopt for what the request sends, CRC64NVME by
/// default. Returns the body's checksum, raw, with its algorithm; nullopt where the store has no checksums.
/// Throws S3Error: InvalidDigest, BadDigest, InvalidRequest.
struct BodyChecksum {
  ChecksumAlgorithm algorithm;
  std::string raw;
  bool was_sent = false;
};
std::optional<BodyChecksum> check_digests(const Call& call, std::string_view body_md5,
                                          std::optional<ChecksumAlgorithm> asked);

/// For the requests S3 doesn't take without Content-MD5 or x-amz-checksum-*. Throws S3Error: InvalidRequest.
void require_digest(const Call& call);

/// The one x-amz-checksum-<algorithm> header, its text unchecked. Throws S3Error: InvalidRequest for more
/// than one.
std::optional<std::pair<ChecksumAlgorithm, std::string>> sent_checksum(const Request& request);

/// x-amz-checksum-* and x-amz-checksum-type.
void write_checksum(Response& response, const Checksum& checksum);
/// x-amz-version-id, in buckets that are or were versioned.
void write_version(Response& response, const Bucket& bucket, const Object& object);
/// Everything GET and HEAD tell about an object but its length.
void write_object_headers(Response& response, const Call& call, const Object& object);

}  // namespace s3c::sim
