#include "cli/output/denials.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/encoding.h"

namespace s3c::cli {
namespace {

using base::Error;

constexpr std::string_view kRequesterPays =
    ". If the bucket's owner lets its readers pay, add --request-payer requester";

/// On what an action is allowed or denied.
enum class On { bucket, key, all_keys };

struct Permission {
  std::string_view operation;
  std::string_view action;
  On on;
  std::string_view more;  ///< what the same request may need besides
};

constexpr std::string_view kListBucket = "s3:ListBucket";  // of what comes first in a bucket

/// Source: S3 User Guide, "Required permissions for Amazon S3 API operations".
constexpr std::array<Permission, 18> kPermissions = {{
    {"HeadBucket", kListBucket, On::bucket, ""},
    {"ListObjectsV2", kListBucket, On::bucket, ""},
    {"ListObjectVersions", "s3:ListBucketVersions", On::bucket, ""},
    {"ListMultipartUploads", "s3:ListBucketMultipartUploads", On::bucket, ""},
    {"GetObject", "s3:GetObject", On::key, ""},
    {"HeadObject", "s3:GetObject", On::key, "s3:ListBucket on the bucket, to tell absent from forbidden"},
    {"GetObjectTagging", "s3:GetObjectTagging", On::key,
     "s3:GetObjectVersionTagging if the bucket keeps versions; archive --without-tags needs neither"},
    {"RestoreObject", "s3:RestoreObject", On::key, ""},
    {"PutObject", "s3:PutObject", On::key,
     "s3:PutObjectTagging for tags, s3:PutObjectAcl with --acl, kms:GenerateDataKey and kms:Decrypt on a KMS key"},
    {"CreateMultipartUpload", "s3:PutObject", On::key,
     "s3:PutObjectTagging for tags, s3:PutObjectAcl with --acl, s3:PutObjectRetention with --object-lock-mode, "
     "s3:PutObjectLegalHold with --legal-hold, kms:GenerateDataKey and kms:Decrypt on a KMS key"},
    {"UploadPart", "s3:PutObject", On::key, "kms:GenerateDataKey and kms:Decrypt on a KMS key"},
    {"UploadPartCopy", "s3:PutObject", On::key, "s3:GetObject on what is copied"},
    {"CompleteMultipartUpload", "s3:PutObject", On::key, "kms:Decrypt on a KMS key"},
    {"ListParts", "s3:ListMultipartUploadParts", On::key, ""},
    {"AbortMultipartUpload", "s3:AbortMultipartUpload", On::key, ""},
    {"DeleteObjects", "s3:DeleteObject", On::all_keys, "s3:DeleteObjectVersion with --delete-versions"},
    {"DeleteObject", "s3:DeleteObject", On::key, "s3:DeleteObjectVersion with --delete-versions"},
    {"PutObjectTagging", "s3:PutObjectTagging", On::key, ""},
}};

/// The length of the bucket's name, or of the access point's ARN, that the resource begins with.
std::size_t bucket_length(std::string_view resource) {
  std::size_t end = resource.find('/');
  if (resource.starts_with("arn:") && end != std::string_view::npos) end = resource.find('/', end + 1);
  return std::min(end, resource.size());
}

/// "aws-cn" of "arn:aws-cn:iam::1:user/ops"; "aws" if the caller isn't known.
std::string_view partition_of(std::string_view arn) {
  constexpr std::string_view kStart = "arn:";
  if (!arn.starts_with(kStart)) return "aws";
  arn.remove_prefix(kStart.size());
  return arn.substr(0, arn.find(':'));
}

std::string arn_of(std::string_view resource, On on, std::string_view partition) {
  const std::size_t length = bucket_length(resource);
  const bool is_access_point = resource.starts_with("arn:");
  std::string arn = is_access_point ? "" : fmt::format("arn:{}:s3:::", partition);
  arn += resource.substr(0, length);
  if (on == On::bucket) return arn;
  arn += is_access_point ? "/object/" : "/";
  return on == On::all_keys || length == resource.size() ? arn + "*"
                                                         : arn.append(resource.substr(length + 1));
}

}  // namespace

std::string bucket_of(const Error& error) {
  const std::string& resource = error.context().resource;
  return base::printable(resource.substr(0, bucket_length(resource)));
}

std::string denial_hint(const Error& error) {
  const std::string& message = error.message();
  // The words of S3: they name caller, action and resource, and perhaps the policy.
  if (message.find("explicit deny") != std::string::npos)
    return "a policy denies this explicitly, and no other policy can allow it: change the one that is named";
  if (message.find("is not authorized to perform") != std::string::npos)
    return std::string(
               "allow that action on that resource, in the policy of the user or role, and in that of the bucket or key "
               "if another account owns it; docs/iam has policies to paste") +
           (error.context().operation == "GetObjectTagging" ? ". archive --without-tags does without" : "");
  if (message.find("protected by object lock") != std::string::npos)
    return "a retention or a legal hold keeps this version: wait for its end, or have the hold lifted";
  const auto* const found = std::find_if(kPermissions.begin(), kPermissions.end(), [&](const Permission& p) {
    return p.operation == error.context().operation;
  });
  if (found == kPermissions.end() || error.context().resource.empty())
    return "check the credentials and what they are allowed to do; s3compress whoami tells whose they are";
  const std::string who = error.context().caller ? error.context().caller() : "";
  const std::string arn = base::printable(arn_of(error.context().resource, found->on, partition_of(who)));
  const std::string action =
      fmt::format("{} on {}{}", found->action, arn,
                  found->more.empty() ? "" : fmt::format(" (and perhaps {})", found->more));
  if (who == kEverybody) {
    return fmt::format(
        "bucket \"{}\" doesn't allow everybody {}: leave --no-sign-request out to read it with your own credentials",
        bucket_of(error), action);
  }
  return fmt::format(
      "{} {}: allow it in the policy of the user or role, and in that of the bucket if another account owns it; "
      "docs/iam has policies to paste{}",
      who.empty() ? "the credentials need" : base::printable(who) + " needs", action,
      found->action == kListBucket ? kRequesterPays : "");
}

}  // namespace s3c::cli
