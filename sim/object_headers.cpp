#include "sim/object_headers.h"

#include <algorithm>

#include "sim/object_lock.h"

namespace s3c::sim {
namespace {

constexpr std::size_t kMaxMetadataBytes = 2048;
constexpr std::size_t kMaxTags = 10;
constexpr std::size_t kMaxTagKeyBytes = 128 * 4;  // 128 characters
constexpr std::size_t kMaxTagValueBytes = 256 * 4;
constexpr std::string_view kMetadataPrefix = "x-amz-meta-";

/// Kept with the object and returned by GET and HEAD under the same names.
constexpr std::string_view kSystemHeaders[] = {
    "content-type",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "expires",
    "x-amz-website-redirect-location",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-bucket-key-enabled",
};

bool is_system_header(std::string_view header) {
  return std::find(std::begin(kSystemHeaders), std::end(kSystemHeaders), header) != std::end(kSystemHeaders);
}

/// Source: S3 User Guide, "Access control list (ACL) overview", canned ACLs of objects.
constexpr std::string_view kCannedAcls[] = {
    "private",       "public-read",       "public-read-write",        "authenticated-read",
    "aws-exec-read", "bucket-owner-read", "bucket-owner-full-control"};

S3Error wrong_value(std::string_view header, std::string message) {
  return S3Error(S3Code::InvalidArgument, std::move(message)).with("ArgumentName", std::string(header));
}

/// Only what can't be meant is refused; there are no keys here, and no readers.
void check_acl(const Request& request) {
  const std::string* acl = request.headers.find("x-amz-acl");
  if (acl == nullptr ||
      std::find(std::begin(kCannedAcls), std::end(kCannedAcls), *acl) != std::end(kCannedAcls))
    return;
  throw wrong_value("x-amz-acl", "Unknown canned ACL");
}

void check_encryption(const Request& request) {
  constexpr std::string_view kHeader = "x-amz-server-side-encryption";
  const std::string_view algorithm = request.headers.get(kHeader);
  if (!algorithm.empty() && algorithm != "AES256" && algorithm != "aws:kms" && algorithm != "aws:kms:dsse")
    throw S3Error(S3Code::InvalidEncryptionAlgorithmError);
  if (request.headers.contains("x-amz-server-side-encryption-aws-kms-key-id") &&
      !algorithm.starts_with("aws:kms"))
    throw wrong_value(kHeader, "A KMS key needs an encryption that uses KMS");
  const std::string_view bucket_key = request.headers.get("x-amz-server-side-encryption-bucket-key-enabled");
  if (is_true(bucket_key) && algorithm == "aws:kms:dsse")
    throw S3Error(S3Code::InvalidRequest, "Bucket keys are not supported for DSSE-KMS encryption");
}

}  // namespace

std::optional<StorageClass> read_storage_class(const Request& request) {
  const std::string* text = request.headers.find("x-amz-storage-class");
  if (text == nullptr) return std::nullopt;
  const std::optional<StorageClass> storage_class = parse_storage_class(*text);
  if (!storage_class) throw S3Error(S3Code::InvalidStorageClass).with("StorageClassRequested", *text);
  return storage_class;
}

void check_tags(const std::vector<Tag>& tags) {
  if (tags.size() > kMaxTags) throw S3Error(S3Code::InvalidTag, "Object tags cannot be greater than 10");
  for (std::size_t i = 0; i < tags.size(); ++i) {
    if (tags[i].key.empty() || tags[i].key.size() > kMaxTagKeyBytes ||
        tags[i].value.size() > kMaxTagValueBytes) {
      throw S3Error(S3Code::InvalidTag, "A tag's key or value is empty or too long")
          .with("TagKey", tags[i].key);
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (tags[j].key == tags[i].key) {
        throw S3Error(S3Code::InvalidTag, "Cannot provide multiple Tags with the same key")
            .with("TagKey", tags[i].key);
      }
    }
  }
}

std::vector<Tag> parse_tagging_header(std::string_view text) {
  const Query pairs(text);
  std::vector<Tag> tags;
  for (const auto& [key, value] : pairs.parameters()) tags.push_back({key, value});
  check_tags(tags);
  return tags;
}

Attributes read_attributes(const Call& call) {
  const Request& request = call.request;
  Attributes attributes;
  std::size_t metadata_bytes = 0;
  for (const Header& field : request.headers) {
    const bool is_metadata = field.name.starts_with(kMetadataPrefix);
    if (is_metadata) metadata_bytes += field.name.size() - kMetadataPrefix.size() + field.value.size();
    if (is_metadata || is_system_header(field.name)) attributes.headers.push_back(field);
  }
  if (metadata_bytes > kMaxMetadataBytes) {
    throw S3Error(S3Code::MetadataTooLarge)
        .with("Size", std::to_string(metadata_bytes))
        .with("MaxSizeAllowed", std::to_string(kMaxMetadataBytes));
  }
  attributes.storage_class = read_storage_class(request).value_or(StorageClass::standard);
  if (const std::string* tagging = request.headers.find("x-amz-tagging")) {
    attributes.tags = parse_tagging_header(*tagging);
  }
  check_acl(request);
  check_encryption(request);
  attributes.lock = read_object_lock(call);
  return attributes;
}

void write_version(Response& response, const Bucket& bucket, const Object& object) {
  if (bucket.versioning() != Versioning::never) response.headers.add("x-amz-version-id", object.version_id);
}

void write_object_headers(Response& response, const Call& call, const Object& object) {
  response.headers.reserve(12 + object.attributes.headers.size());
  response.headers.add("Last-Modified", base::format_http_date(object.last_modified));
  response.headers.add("ETag", '"' + object.etag + '"');
  response.headers.add("Accept-Ranges", "bytes");
  bool has_type = false;
  for (const Header& field : object.attributes.headers) {
    has_type = has_type || field.name == "content-type";
    response.headers.add(field.name, field.value);
  }
  if (!has_type) response.headers.add("content-type", "binary/octet-stream");
  if (object.attributes.storage_class != StorageClass::standard) {
    response.headers.add("x-amz-storage-class", std::string(name(object.attributes.storage_class)));
  }
  if (!object.attributes.tags.empty()) {
    response.headers.add("x-amz-tagging-count", std::to_string(object.attributes.tags.size()));
  }
  if (object.thaw && needs_thaw(object.attributes.storage_class)) {
    if (call.thaw_now < object.thaw->ready_at) {
      response.headers.add("x-amz-restore", "ongoing-request=\"true\"");
    } else if (call.thaw_now < object.thaw->expires_at) {
      response.headers.add("x-amz-restore", "ongoing-request=\"false\", expiry-date=\"" +
                                                base::format_http_date(object.thaw->expires_at) + '"');
    }
  }
  write_object_lock(response, object.attributes.lock);
  write_version(response, call.bucket(), object);
  response.storage_class = object.attributes.storage_class;
}

}  // namespace s3c::sim
