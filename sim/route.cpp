#include "sim/route.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/encoding.h"
#include "sim/s3_error.h"

namespace s3c::sim {
namespace {

constexpr std::size_t kMaxKeyBytes = 1024;

struct OperationRow {
  Operation operation;
  std::string_view name;
  bool mutates;
};

constexpr OperationRow kOperations[] = {
    {Operation::unknown, "Unknown", false},
    {Operation::list_buckets, "ListBuckets", false},
    {Operation::create_bucket, "CreateBucket", true},
    {Operation::head_bucket, "HeadBucket", false},
    {Operation::delete_bucket, "DeleteBucket", true},
    {Operation::get_bucket_location, "GetBucketLocation", false},
    {Operation::get_bucket_versioning, "GetBucketVersioning", false},
    {Operation::put_bucket_versioning, "PutBucketVersioning", true},
    {Operation::get_object_lock_configuration, "GetObjectLockConfiguration", false},
    {Operation::put_object_lock_configuration, "PutObjectLockConfiguration", true},
    {Operation::list_objects, "ListObjects", false},
    {Operation::list_objects_v2, "ListObjectsV2", false},
    {Operation::list_object_versions, "ListObjectVersions", false},
    {Operation::list_multipart_uploads, "ListMultipartUploads", false},
    {Operation::put_object, "PutObject", true},
    {Operation::copy_object, "CopyObject", true},
    {Operation::get_object, "GetObject", false},
    {Operation::head_object, "HeadObject", false},
    {Operation::delete_object, "DeleteObject", true},
    {Operation::delete_objects, "DeleteObjects", true},
    {Operation::get_object_tagging, "GetObjectTagging", false},
    {Operation::put_object_tagging, "PutObjectTagging", true},
    {Operation::delete_object_tagging, "DeleteObjectTagging", true},
    {Operation::get_object_retention, "GetObjectRetention", false},
    {Operation::put_object_retention, "PutObjectRetention", true},
    {Operation::get_object_legal_hold, "GetObjectLegalHold", false},
    {Operation::put_object_legal_hold, "PutObjectLegalHold", true},
    {Operation::restore_object, "RestoreObject", true},
    {Operation::create_multipart_upload, "CreateMultipartUpload", true},
    {Operation::upload_part, "UploadPart", true},
    {Operation::upload_part_copy, "UploadPartCopy", true},
    {Operation::complete_multipart_upload, "CompleteMultipartUpload", true},
    {Operation::abort_multipart_upload, "AbortMultipartUpload", true},
    {Operation::list_parts, "ListParts", false},
};

const OperationRow& row(Operation operation) {
  return *std::find_if(std::begin(kOperations), std::end(kOperations),
                       [&](const OperationRow& candidate) { return candidate.operation == operation; });
}

/// Query parameters that choose another operation on the same path.
constexpr std::array<std::string_view, 40> kSubResources = {
    "accelerate",
    "acl",
    "analytics",
    "append",
    "attributes",
    "cors",
    "delete",
    "encryption",
    "intelligent-tiering",
    "inventory",
    "legal-hold",
    "lifecycle",
    "location",
    "logging",
    "metadataConfiguration",
    "metadataInventoryTable",
    "metadataJournalTable",
    "metadataTable",
    "metrics",
    "notification",
    "object-lock",
    "ownershipControls",
    "policy",
    "policyStatus",
    "publicAccessBlock",
    "renameObject",
    "replication",
    "requestPayment",
    "restore",
    "retention",
    "select",
    "session",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versioning",
    "versions",
    "website",
    "abac",
};

/// The sub-resource asked for: "" for none, nullopt for more than one.
std::optional<std::string_view> sub_resource(const Query& query) {
  std::string_view found;
  for (const auto& [parameter, value] : query.parameters()) {
    const auto known = std::find(kSubResources.begin(), kSubResources.end(), parameter);
    if (known == kSubResources.end()) continue;
    if (!found.empty()) return std::nullopt;
    found = *known;
  }
  return found;
}

Operation bucket_operation(std::string_view method, std::string_view sub, const Query& query) {
  if (method == "GET") {
    if (sub == "location") return Operation::get_bucket_location;
    if (sub == "versioning") return Operation::get_bucket_versioning;
    if (sub == "object-lock") return Operation::get_object_lock_configuration;
    if (sub == "versions") return Operation::list_object_versions;
    if (sub == "uploads") return Operation::list_multipart_uploads;
    if (sub.empty())
      return query.get("list-type") == "2" ? Operation::list_objects_v2 : Operation::list_objects;
  }
  if (method == "PUT" && sub == "versioning") return Operation::put_bucket_versioning;
  if (method == "PUT" && sub == "object-lock") return Operation::put_object_lock_configuration;
  if (method == "PUT" && sub.empty()) return Operation::create_bucket;
  if (method == "HEAD" && sub.empty()) return Operation::head_bucket;
  if (method == "DELETE" && sub.empty()) return Operation::delete_bucket;
  if (method == "POST" && sub == "delete") return Operation::delete_objects;
  return Operation::unknown;
}

Operation object_operation(std::string_view method, std::string_view sub, const Request& request,
                           const Query& query) {
  const bool copies = request.headers.contains("x-amz-copy-source");
  if (method == "GET") {
    if (sub == "tagging") return Operation::get_object_tagging;
    if (sub == "retention") return Operation::get_object_retention;
    if (sub == "legal-hold") return Operation::get_object_legal_hold;
    if (sub == "uploadId") return Operation::list_parts;
    if (sub.empty()) return Operation::get_object;
  }
  if (method == "HEAD" && sub.empty()) return Operation::head_object;
  if (method == "PUT") {
    if (sub == "tagging") return Operation::put_object_tagging;
    if (sub == "retention") return Operation::put_object_retention;
    if (sub == "legal-hold") return Operation::put_object_legal_hold;
    if (sub == "uploadId" && query.has("partNumber")) {
      return copies ? Operation::upload_part_copy : Operation::upload_part;
    }
    if (sub.empty()) return copies ? Operation::copy_object : Operation::put_object;
  }
  if (method == "DELETE") {
    if (sub == "tagging") return Operation::delete_object_tagging;
    if (sub == "uploadId") return Operation::abort_multipart_upload;
    if (sub.empty()) return Operation::delete_object;
  }
  if (method == "POST") {
    if (sub == "uploads") return Operation::create_multipart_upload;
    if (sub == "uploadId") return Operation::complete_multipart_upload;
    if (sub == "restore") return Operation::restore_object;
  }
  return Operation::unknown;
}

/// The bucket a virtual-hosted request names, or "".
std::string_view bucket_of_host(std::string_view host) {
  host = host.substr(0, host.rfind(':'));
  for (const std::string_view domain : {"s3.localhost", "localhost"}) {
    if (host == domain) return {};
    if (host.size() > domain.size() + 1 && host.ends_with(domain) &&
        host[host.size() - domain.size() - 1] == '.') {
      return host.substr(0, host.size() - domain.size() - 1);
    }
  }
  return {};
}

std::string decode_path(std::string_view raw) {
  std::optional<std::string> decoded = base::percent_decode(raw);
  if (!decoded || !base::is_utf8(*decoded)) throw S3Error(S3Code::InvalidURI);
  return std::move(*decoded);
}

}  // namespace

bool is_bucket_name(std::string_view name) {
  if (name.size() < 3 || name.size() > 63) return false;
  auto alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  for (const char c : name) {
    if (!alphanumeric(c) && c != '-' && c != '.') return false;
  }
  return alphanumeric(name.front()) && alphanumeric(name.back()) && name.find("..") == std::string_view::npos;
}

std::string_view name(Operation operation) {
  return row(operation).name;
}
std::optional<Operation> parse_operation(std::string_view name) {
  for (const OperationRow& candidate : kOperations) {
    if (candidate.name == name && candidate.operation != Operation::unknown) return candidate.operation;
  }
  return std::nullopt;
}
bool mutates(Operation operation) {
  return row(operation).mutates;
}

Route route_request(const Request& request, const Query& query) {
  Route route;
  std::string_view path = request.raw_path;
  if (!path.starts_with('/')) throw S3Error(S3Code::InvalidURI);
  path.remove_prefix(1);
  if (const std::string_view bucket = bucket_of_host(request.headers.get("host")); !bucket.empty()) {
    route.bucket = bucket;
    route.key = decode_path(path);
  } else {
    const std::size_t slash = path.find('/');
    route.bucket = decode_path(path.substr(0, slash));
    if (slash != std::string_view::npos) route.key = decode_path(path.substr(slash + 1));
  }
  if (route.bucket.empty() && !route.key.empty()) throw S3Error(S3Code::InvalidBucketName);
  if (route.key.size() > kMaxKeyBytes) {
    throw S3Error(S3Code::KeyTooLongError)
        .with("Size", std::to_string(route.key.size()))
        .with("MaxSizeAllowed", std::to_string(kMaxKeyBytes));
  }

  const std::optional<std::string_view> sub = sub_resource(query);
  if (!sub) return route;
  if (route.bucket.empty()) {
    if (request.method == "GET" && sub->empty()) route.operation = Operation::list_buckets;
  } else if (route.key.empty()) {
    route.operation = bucket_operation(request.method, *sub, query);
  } else {
    route.operation = object_operation(request.method, *sub, request, query);
  }
  return route;
}

}  // namespace s3c::sim
