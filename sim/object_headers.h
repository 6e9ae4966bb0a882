// The headers of an object: reads them from an upload, writes them into an answer. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/call.h"

namespace s3c::sim {

/// System headers, user metadata, storage class and tags of a PutObject, CreateMultipartUpload or CopyObject
/// (REPLACE), and its Object Lock. Throws S3Error: MetadataTooLarge, InvalidStorageClass, InvalidTag,
/// InvalidRequest and InvalidArgument (of Object Lock, encryption and ACL), InvalidEncryptionAlgorithmError.
Attributes read_attributes(const Call& call);
/// Throws S3Error: InvalidStorageClass. nullopt without the header.
std::optional<StorageClass> read_storage_class(const Request& request);
/// "a=1&b=2", as in x-amz-tagging. Throws S3Error: InvalidTag.
std::vector<Tag> parse_tagging_header(std::string_view text);
/// At most ten, keys unique and not too long. Throws S3Error: InvalidTag.
void check_tags(const std::vector<Tag>& tags);

/// x-amz-version-id, in buckets that are or were versioned.
void write_version(Response& response, const Bucket& bucket, const Object& object);
/// Writes everything that GET and HEAD tell about an object, except its length.
void write_object_headers(Response& response, const Call& call, const Object& object);

}  // namespace s3c::sim
