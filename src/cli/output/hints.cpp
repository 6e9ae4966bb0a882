#include "cli/output/hints.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string_view>

#include "archive/cleared_volume.h"
#include "base/encoding.h"
#include "cli/options/usage_error.h"
#include "cli/output/standard_output.h"
#include "restore/restore_target.h"
#include "upkeep/record_writer.h"

namespace s3c::cli {
namespace {

using base::Error;
using base::ErrorKind;

/// "bucket" of "bucket/key".
std::string bucket_of(const Error& error) {
  const std::string& resource = error.context().resource;
  return base::printable(resource.substr(0, resource.find('/')));
}

/// The IAM action a call needs. Source: S3 User Guide, "Required permissions for Amazon S3 API operations".
std::string_view permission_for(std::string_view operation) {
  struct Permission {
    std::string_view operation;
    std::string_view action;
  };
  static constexpr std::array<Permission, 15> kPermissions = {{
      {"HeadBucket", "s3:ListBucket"},
      {"ListObjectsV2", "s3:ListBucket"},
      {"GetObject", "s3:GetObject"},
      {"HeadObject", "s3:GetObject (and s3:ListBucket, to tell absent from forbidden)"},
      {"GetObjectTagging",
       "s3:GetObjectTagging (s3:GetObjectVersionTagging if the bucket keeps versions; archive --without-tags "
       "needs neither)"},
      {"PutObject", "s3:PutObject"},
      {"CreateMultipartUpload",
       "s3:PutObject (and s3:PutObjectTagging with --tagging, kms:GenerateDataKey and kms:Decrypt with a "
       "KMS key)"},
      {"UploadPart", "s3:PutObject"},
      {"UploadPartCopy", "s3:PutObject and s3:GetObject"},
      {"RestoreObject", "s3:RestoreObject"},
      {"CompleteMultipartUpload", "s3:PutObject"},
      {"AbortMultipartUpload", "s3:AbortMultipartUpload"},
      {"ListMultipartUploads", "s3:ListBucketMultipartUploads"},
      {"DeleteObjects", "s3:DeleteObject (s3:DeleteObjectVersion with --delete-versions)"},
      {"DeleteObject", "s3:DeleteObject (s3:DeleteObjectVersion with --delete-versions)"},
  }};
  for (const Permission& permission : kPermissions) {
    if (permission.operation == operation) return permission.action;
  }
  return {};
}

std::string for_absent_bucket(const Error& error) {
  return fmt::format(
      "the store has no bucket \"{}\": create it, or check --bucket, --arch-bucket, --endpoint-url and "
      "--region",
      bucket_of(error));
}

/// An answer to HEAD has no body, so S3 can't say which of the possible reasons it was.
std::string for_head_bucket(const Error& error) {
  if (error.kind() == ErrorKind::access_denied) {
    return fmt::format(
        "check that the access key and the secret key are right and belong to this store, that the "
        "session hasn't expired, and that the credentials are allowed s3:ListBucket on bucket \"{}\"",
        bucket_of(error));
  }
  // If there was no answer (status 0), the request was never sent, and the error's message already says which
  // setting can't be right.
  if (error.kind() == ErrorKind::invalid_argument && error.context().http_status != 0) {
    return fmt::format(
        "check --region: bucket \"{}\" may be in another region. If it isn't, the "
        "session's credentials have expired",
        bucket_of(error));
  }
  return {};
}

std::string for_code(const Error& error) {
  const std::string& code = error.context().code;
  if (code == "InvalidAccessKeyId") {
    return "the store doesn't know this access key: check AWS_ACCESS_KEY_ID or --profile, and that the "
           "key belongs to the store at --endpoint-url";
  }
  if (code == "SignatureDoesNotMatch") {
    return "the secret key doesn't belong to the access key: check AWS_SECRET_ACCESS_KEY for missing or "
           "extra characters, and that no proxy rewrites requests";
  }
  if (code == "ExpiredToken" || code == "TokenRefreshRequired") {
    return "the session's credentials have expired: get new ones and run the same command again. It goes "
           "on where this one stopped";
  }
  if (code == "InvalidToken") return "check AWS_SESSION_TOKEN: it must belong to the access key";
  if (code == "RequestTimeTooSkewed")
    return "this machine's clock is wrong: set it, then run the same command again";
  if (code == "PermanentRedirect" || code == "AuthorizationHeaderMalformed" ||
      code == "IllegalLocationConstraintException") {
    return fmt::format("bucket \"{}\" is in another region: give it with --region", bucket_of(error));
  }
  if (code == "GlacierExpeditedRetrievalNotAvailable")
    return "choose another tier, --tier Standard or --tier Bulk; or try again later";
  if (code == "InvalidStorageClass")
    return "the store doesn't have this storage class: choose another --storage-class";
  if (code == "InvalidObjectState")
    return "the object is in a Glacier class: it must be thawed before it can be read";
  return {};
}

/// Whether the error is of a step of ours ("read manifest"), not of a request ("HeadObject").
bool is_step_of_ours(const Error& error) {
  const std::string& operation = error.context().operation;
  return !operation.empty() && operation.front() >= 'a' && operation.front() <= 'z';
}

std::string for_denial(const Error& error) {
  if (error.context().operation == "credentials")
    return {};  // the error's own message says where they were looked for and what to do
  const std::string_view action = permission_for(error.context().operation);
  const std::string bucket = bucket_of(error);
  if (action.empty() || bucket.empty()) return "check the credentials and what they are allowed to do";
  return fmt::format("the credentials need {} on bucket \"{}\"; docs/running.md lists all permissions",
                     action, bucket);
}

/// The hint where the failed step alone decides it; nullopt where the error's kind does. Empty: no hint.
std::optional<std::string> for_step(const Error& error) {
  const std::string& operation = error.context().operation;
  if (operation == kWriteText) return "check where standard output goes";
  if (operation == kWriteResult) {
    const auto* lost = dynamic_cast<const LostResult*>(&error);
    if (lost != nullptr && lost->code() != ExitCode::failed)
      return "the result could not be written: check where standard output goes. What went wrong is named above";
    return "the work is done, only the result could not be written: check where standard output goes. "
           "Running the same command again is safe";
  }
  if (operation == archive::kMakeVolume) {
    return "another process keeps removing unfinished uploads: stop gc, runs with a small --garbage-age, "
           "and lifecycle rules on this bucket, then run the same command again";
  }
  if (operation == restore::kRestoreFile) return "";  // its message says what to do
  if (operation == upkeep::kRebuildStep && error.kind() == ErrorKind::damaged) return "";  // the same
  if (operation == "forget") return "";  // its message says what stands in the way
  if (operation == "start thread") {
    return "give fewer --threads, or raise the limit of processes (ulimit -u), then run the same command "
           "again";
  }
  if (operation == "HeadBucket") {
    if (std::string hint = for_head_bucket(error); !hint.empty()) return hint;
  }
  return std::nullopt;
}

}  // namespace

std::string hint_for(const Error& error) {
  if (const auto* usage = dynamic_cast<const UsageError*>(&error)) return usage->hint();
  if (std::string hint = for_code(error); !hint.empty()) return hint;
  if (std::optional<std::string> hint = for_step(error)) return *hint;
  switch (error.kind()) {
    case ErrorKind::access_denied:
      return for_denial(error);
    case ErrorKind::throttled:
      return "the store asks to slow down: run the same command again with fewer --threads, or raise "
             "--max-attempts";
    case ErrorKind::transient:
      if (is_step_of_ours(error)) return "run the same command again";
      // The store gave no answer at all; other transient errors are answers.
      if (error.context().http_status == 0) {
        return "the store can't be reached: check --endpoint-url (AWS_ENDPOINT_URL), --region and the "
               "network, then run the same command again";
      }
      return "the store is in trouble: run the same command again later. It goes on where this one "
             "stopped";
    case ErrorKind::corrupt:
      return "what was received is damaged, and nothing was deleted because of it: run the same command "
             "again. If the error comes back, check the network and the store";
    case ErrorKind::damaged:
      return "verify --deep names all that is damaged; what other volumes hold can still be restored";
    case ErrorKind::internal:
      return "this is a bug in s3compress: please report it with this message";
    case ErrorKind::precondition_failed:
      return "another process changed it meanwhile: run the same command again";
    case ErrorKind::cancelled:
      return "run the same command again to go on";
    case ErrorKind::no_bucket:
      return for_absent_bucket(error);
    case ErrorKind::not_found:
    case ErrorKind::no_upload:
    case ErrorKind::wrong_state:
    case ErrorKind::invalid_argument:
    case ErrorKind::unsupported:
      break;
  }
  return {};
}

}  // namespace s3c::cli
