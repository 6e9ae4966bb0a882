#include "sim/object_access.h"

#include <algorithm>

#include "base/encoding.h"
#include "sim/conditions.h"
#include "sim/digits.h"

namespace s3c::sim {
namespace {

/// S3 API, UploadPartCopy: "You can copy a range only if the source object is greater than 5 MB".
constexpr std::uint64_t kMinRangeSourceBytes = 5ULL << 20;

}  // namespace

Object& require_object(const Call& call, Bucket& bucket, const std::string& key,
                       const std::string* version_id) {
  if (version_id == nullptr) {
    Object* newest = bucket.newest(key);
    if (newest == nullptr) throw S3Error(S3Code::NoSuchKey).with("Key", key);
    if (newest->is_delete_marker) {
      throw S3Error(S3Code::NoSuchKey)
          .with("Key", key)
          .with_header("x-amz-delete-marker", "true")
          .with_header("x-amz-version-id", newest->version_id);
    }
    return *newest;
  }
  Object* object = bucket.version(key, *version_id);
  if (object == nullptr) throw S3Error(S3Code::NoSuchVersion).with("Key", key).with("VersionId", *version_id);
  if (object->is_delete_marker) {
    throw S3Error(S3Code::MethodNotAllowed)
        .with("Method", call.request.method)
        .with("ResourceType", "DeleteMarker")
        .with_header("Allow", "DELETE")
        .with_header("x-amz-delete-marker", "true")
        .with_header("x-amz-version-id", object->version_id);
  }
  return *object;
}

bool is_thawed(const Object& object, base::Timestamp now) {
  return object.thaw && now >= object.thaw->ready_at && now < object.thaw->expires_at;
}

void require_readable(const Call& call, const Object& object) {
  if (!call.options.powers.glacier_blocks_get || !needs_thaw(object.attributes.storage_class)) return;
  if (is_thawed(object, call.thaw_now)) return;
  throw S3Error(S3Code::InvalidObjectState, "The operation is not valid for the object's storage class")
      .with("StorageClass", std::string(name(object.attributes.storage_class)));
}

void require_expected_owner(const std::string* expected, std::string_view account) {
  if (expected == nullptr || *expected == account) return;
  const bool is_account =
      expected->size() == account.size() && expected->find_first_not_of("0123456789") == std::string::npos;
  throw S3Error(is_account ? S3Code::AccessDenied : S3Code::InvalidBucketOwnerAWSAccountID);
}

CopySource require_copy_source(const Call& call) {
  std::string_view raw = call.header("x-amz-copy-source");
  if (raw.starts_with('/')) raw.remove_prefix(1);
  constexpr std::string_view kVersion = "?versionId=";
  std::optional<std::string> version_id;
  if (const std::size_t at = raw.rfind(kVersion); at != std::string_view::npos) {
    version_id = base::percent_decode(raw.substr(at + kVersion.size()));
    raw = raw.substr(0, at);
  }
  const std::optional<std::string> path = base::percent_decode(raw);
  const std::size_t slash = path ? path->find('/') : std::string::npos;
  if (slash == std::string::npos || slash == 0 || slash + 1 == path->size()) {
    throw S3Error(S3Code::InvalidArgument,
                  "Copy Source must mention the source bucket and key: sourcebucket/sourcekey")
        .with("ArgumentName", "x-amz-copy-source");
  }
  CopySource source{};
  const std::string bucket_name = path->substr(0, slash);
  source.key = path->substr(slash + 1);
  source.bucket = call.store.bucket(bucket_name);
  if (source.bucket == nullptr) throw S3Error(S3Code::NoSuchBucket).with("BucketName", bucket_name);
  if (source.bucket->owner_id() != call.user.canonical_id) throw S3Error(S3Code::AccessDenied);
  require_expected_owner(call.find_header("x-amz-source-expected-bucket-owner"), call.user.account);
  source.object = &require_object(call, *source.bucket, source.key, version_id ? &*version_id : nullptr);
  if (call.options.powers.conditional_copy) check_copy_source_conditions(call, *source.object);
  require_readable(call, *source.object);
  return source;
}

void require_copyable_size(std::uint64_t size_bytes) {
  if (size_bytes <= kMaxCopyBytes) return;
  throw S3Error(S3Code::InvalidRequest,
                "The specified copy source is larger than the maximum allowable size for a copy source: " +
                    std::to_string(kMaxCopyBytes));
}

ByteRange parse_copy_source_range(std::string_view header, std::uint64_t source_size_bytes) {
  auto invalid = [&](std::string message) {
    return S3Error(S3Code::InvalidArgument, std::move(message))
        .with("ArgumentName", "x-amz-copy-source-range")
        .with("ArgumentValue", std::string(header));
  };
  constexpr std::string_view kUnit = "bytes=";
  const std::string_view spec = header.starts_with(kUnit) ? header.substr(kUnit.size()) : std::string_view{};
  const std::size_t dash = std::min(spec.find('-'), spec.size());
  const std::optional<std::uint64_t> first = parse_number<std::uint64_t>(spec.substr(0, dash));
  const std::optional<std::uint64_t> last =
      parse_number<std::uint64_t>(spec.substr(std::min(dash + 1, spec.size())));
  if (!first || !last || *last < *first) {
    throw invalid(
        "The x-amz-copy-source-range value must be of the form bytes=first-last, where first and last are "
        "the "
        "zero-based offsets of the first and last bytes to copy");
  }
  if (*last >= source_size_bytes) {
    throw invalid("Range specified is not valid for source object of size: " +
                  std::to_string(source_size_bytes));
  }
  if (source_size_bytes <= kMinRangeSourceBytes) {
    throw S3Error(S3Code::InvalidRequest,
                  "The specified copy source is not supported as a byte-range copy source");
  }
  return {*first, *last - *first + 1};
}

std::optional<ByteRange> parse_range(std::string_view header, std::uint64_t size_bytes) {
  constexpr std::string_view kUnit = "bytes=";
  if (!header.starts_with(kUnit)) return std::nullopt;
  const std::string_view spec = header.substr(kUnit.size());
  const std::size_t dash = spec.find('-');
  if (dash == std::string_view::npos || spec.find(',') != std::string_view::npos) return std::nullopt;
  const std::optional<std::uint64_t> first = parse_number<std::uint64_t>(spec.substr(0, dash));
  const std::optional<std::uint64_t> last = parse_number<std::uint64_t>(spec.substr(dash + 1));
  auto unsatisfiable = [&] {
    return S3Error(S3Code::InvalidRange)
        .with("RangeRequested", std::string(header))
        .with("ActualObjectSize", std::to_string(size_bytes))
        .with_header("Content-Range", "bytes */" + std::to_string(size_bytes));
  };
  if (dash == 0) {  // the last n bytes
    if (!last) return std::nullopt;
    if (*last == 0 || size_bytes == 0) throw unsatisfiable();
    const std::uint64_t length = std::min(*last, size_bytes);
    return ByteRange{size_bytes - length, length};
  }
  if (!first || (!last && dash + 1 != spec.size()) || (last && *last < *first)) return std::nullopt;
  if (*first >= size_bytes) throw unsatisfiable();
  const std::uint64_t end = last ? std::min(*last, size_bytes - 1) : size_bytes - 1;
  return ByteRange{*first, end - *first + 1};
}

}  // namespace s3c::sim
