// Finds the object that a request reads: by key or version, behind delete markers, frozen or not, as the
// target or as the source of a copy. One thread.
#pragma once

#include <string>
#include <string_view>

#include "sim/call.h"

namespace s3c::sim {

/// version_id: nullptr for the current version.
/// Throws S3Error: NoSuchKey, NoSuchVersion, MethodNotAllowed (the version named is a delete marker).
Object& require_object(const Call& call, Bucket& bucket, const std::string& key,
                       const std::string* version_id);

/// Throws S3Error: InvalidObjectState when the object is archived and has no thawed copy.
void require_readable(const Call& call, const Object& object);

/// True while a thawed copy of an archived object can be read. now: Call::thaw_now.
bool is_thawed(const Object& object, base::Timestamp now);

/// expected: the header that names the bucket's owner; nullptr: anybody. account: the owner's.
/// Throws S3Error: AccessDenied, InvalidBucketOwnerAWSAccountID.
void require_expected_owner(const std::string* expected, std::string_view account);

struct CopySource {
  Bucket* bucket;
  std::string key;
  Object* object;
};
/// The object that x-amz-copy-source names. It is readable and the caller's own, and its
/// x-amz-copy-source-if-* conditions hold. Throws S3Error: InvalidArgument, NoSuchBucket, AccessDenied and
/// whatever the functions above throw.
CopySource require_copy_source(const Call& call);

/// The largest source that CopyObject copies at once, or UploadPartCopy into one part.
constexpr std::uint64_t kMaxCopyBytes = 5ULL << 30;
/// Throws S3Error: InvalidRequest when more than kMaxCopyBytes are to be copied at once.
void require_copyable_size(std::uint64_t size_bytes);

struct ByteRange {
  std::uint64_t first_offset = 0;
  std::uint64_t size_bytes = 0;
};
/// The range of a Range header within size_bytes. nullopt for headers that S3 ignores: malformed, or more
/// than one range. Throws S3Error: InvalidRange when no byte of it is within the object.
std::optional<ByteRange> parse_range(std::string_view header, std::uint64_t size_bytes);

/// Parses x-amz-copy-source-range, which is stricter: "bytes=first-last", both within the source, and the
/// source larger than 5 MiB. Throws S3Error: InvalidArgument, InvalidRequest.
ByteRange parse_copy_source_range(std::string_view header, std::uint64_t source_size_bytes);

}  // namespace s3c::sim
