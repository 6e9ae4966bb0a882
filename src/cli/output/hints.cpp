#include "cli/output/hints.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "archive/cleared_volume.h"
#include "base/encoding.h"
#include "cli/options/usage_error.h"
#include "cli/output/denials.h"
#include "cli/output/standard_output.h"
#include "restore/restore_target.h"
#include "upkeep/record_writer.h"

namespace s3c::cli {
namespace {

using base::Error;
using base::ErrorKind;

/// ErrorContext::operation of everything that goes wrong while credentials are looked for
/// (aws::kFindCredentials).
constexpr std::string_view kCredentialsStep = "credentials";

std::string for_absent_bucket(const Error& error) {
  return fmt::format(
      "the store has no bucket \"{}\": create it, or check the flag that names it (--bucket, --arch-bucket, --to), and "
      "--endpoint-url and --region for its store",
      bucket_of(error));
}

constexpr std::string_view kBadListing =
    "the store's listing can't be right, and nothing was deleted because of it: run the same command again. If the "
    "error comes back, s3compress can't work with this store; s3compress check-store tries its listings";
constexpr std::string_view kUselessListing =
    "s3compress would miss names in such listings, and another run meets the same: see whether the store has a setting "
    "for it and what s3compress check-store says of it, or use another store";

/// What S3's error codes mean to a person. "{}" is the bucket.
/// Source: Amazon S3 API Reference, "List of error codes"; AWS KMS API Reference, the errors of GenerateDataKey.
struct CodeHint {
  std::string_view code;
  std::string_view text;
};

constexpr std::string_view kExpired =
    "the session's credentials have expired: get new ones where they come from (s3compress whoami tells where) and run "
    "the same command again; it goes on where this one stopped";
constexpr std::string_view kNotRenewed =
    "the credentials can't be renewed: look after the source that is named above (s3compress whoami asks it alone), then "
    "run the same command again; it goes on where this one stopped";
constexpr std::string_view kExpiredProof =
    "what was to prove the identity has expired: have it renewed where it comes from, then run the same command again";
constexpr std::string_view kClock =
    "the clocks of this machine and of the store differ by more than 15 minutes: set the clock of this machine, "
    "then run the same command again";
constexpr std::string_view kElsewhere =
    "bucket \"{}\" is in another region, or belongs to another end point: give its region with --region, and check "
    "--endpoint-url";
constexpr std::string_view kKmsKey =
    "the KMS key can't be used: check that it is in the bucket's region, that it is enabled, and that "
    "--sse-kms-key-id is its id, its ARN, or alias/NAME";
constexpr std::string_view kAccount =
    "the account that owns bucket \"{}\" is closed, suspended or in debt: only its owner can settle that";

constexpr std::string_view kUnknownKey =
    "the store doesn't know this access key: check AWS_ACCESS_KEY_ID or --profile, and that the key belongs to the "
    "store at --endpoint-url; s3compress whoami tells where the key comes from";

constexpr std::array<CodeHint, 26> kStoreHints = {{
    {"CredentialsNotRenewed", kNotRenewed},
    {"InvalidAccessKeyId", kUnknownKey},
    {"XAdminUserNotFound", kUnknownKey},
    {"SignatureDoesNotMatch",
     "most likely the secret key doesn't belong to the access key: check AWS_SECRET_ACCESS_KEY or the profile for "
     "missing and extra characters; if it is right, check --region, this machine's clock, and that no proxy rewrites "
     "requests"},
    {"ExpiredToken", kExpired},
    {"ExpiredTokenException", kExpired},
    {"TokenRefreshRequired", kExpired},
    {"InvalidToken",
     "check the session token (AWS_SESSION_TOKEN, or aws_session_token of the profile): it must belong to the access "
     "key, and to this store; s3compress whoami tells where the credentials come from"},
    {"RequestTimeTooSkewed", kClock},
    {"RequestExpired", kClock},
    {"PermanentRedirect", kElsewhere},
    {"AuthorizationHeaderMalformed", kElsewhere},
    {"IllegalLocationConstraintException", kElsewhere},
    {"TemporaryRedirect",
     "bucket \"{}\" is young, and its name isn't known everywhere yet: give its region with --region, or run the "
     "same command again in an hour"},
    {"AllAccessDisabled", kAccount},
    {"AccountProblem", kAccount},
    {"GlacierExpeditedRetrievalNotAvailable",
     "choose another tier, --tier Standard or --tier Bulk; or try again later"},
    {"InvalidStorageClass", "the store doesn't have this storage class: choose another --storage-class"},
    {"InvalidObjectState",
     "the object is in a Glacier class and must be thawed before it can be read: s3compress thaw does that for archives, "
     "aws s3api restore-object for other objects"},
    {"InvalidTag", "the store refuses a tag: check --tagging, or the tags of the object that is restored"},
    {"AccessControlListNotSupported",
     "bucket \"{}\" has no ACLs, because its owner owns all that is in it: leave --acl out"},
    {"KMS.NotFoundException", kKmsKey},
    {"KMS.DisabledException", kKmsKey},
    {"KMS.InvalidKeyUsageException", kKmsKey},
    {"KMS.KMSInvalidStateException", kKmsKey},
    {"InvalidEncryptionAlgorithmError", "the store doesn't know this encryption: choose another --sse"},
}};

/// The same for the codes of http/transport.h.
constexpr std::array<CodeHint, 6> kNetworkHints = {{
    {"HostNotFound",
     "no such host: check --endpoint-url (AWS_ENDPOINT_URL) and --region for typing errors, and this machine's name "
     "server, then run the same command again"},
    {"ProxyNotFound",
     "the proxy's host is not known: check HTTPS_PROXY and HTTP_PROXY, then run the same command again"},
    {"ProxyNotConnected",
     "the proxy doesn't answer: check the variable that is named above; hosts in NO_PROXY are asked without it. Then run "
     "the same command again"},
    {"NotConnected",
     "nothing answers at that address and port: check that the store runs, --endpoint-url (AWS_ENDPOINT_URL) with its "
     "port, HTTPS_PROXY, and the firewall, then run the same command again"},
    {"NoTls",
     "TLS can't be set up: check whether --endpoint-url should begin with http:// instead of https://, and whether a "
     "proxy breaks TLS, then run the same command again"},
    {"CertificateRefused",
     "the certificate of the store is not trusted: name the authority that signed it with --ca-bundle FILE "
     "(AWS_CA_BUNDLE); if it has expired or names another host, it must be renewed, or --endpoint-url be put right"},
}};

/// Whether the error is of a step of ours ("read manifest"), not of a request ("HeadObject").
bool is_step_of_ours(const Error& error) {
  const std::string& operation = error.context().operation;
  return !operation.empty() && operation.front() >= 'a' && operation.front() <= 'z';
}

template <std::size_t Count>
std::string_view find_hint(const std::array<CodeHint, Count>& hints, std::string_view code) {
  const auto* const found =
      std::find_if(hints.begin(), hints.end(), [code](const CodeHint& hint) { return hint.code == code; });
  return found == hints.end() ? std::string_view() : found->text;
}

/// What comes in pages that s3/listing.h checks.
bool is_listing(const Error& error) {
  const base::ErrorContext& context = error.context();
  return context.operation.starts_with("List") && context.code.empty() && context.http_status == 0;
}

/// Empty: the code says nothing to a person.
std::string for_code(const Error& error) {
  const bool is_search = error.context().operation == kCredentialsStep;
  if (is_search && error.context().code.starts_with("Expired") && error.context().http_status != 0)
    return std::string(kExpiredProof);
  std::string text(find_hint(kStoreHints, error.context().code));
  // The search for credentials has other end points, which its messages name.
  if (text.empty() && !is_step_of_ours(error)) text = find_hint(kNetworkHints, error.context().code);
  if (const std::size_t at = text.find("{}"); at != std::string::npos) text.replace(at, 2, bucket_of(error));
  return text;
}

/// An answer to HEAD has no body, so S3 can't say which of the possible reasons it was.
std::string for_head_bucket(const Error& error) {
  if (error.kind() == ErrorKind::access_denied) {
    // STS knows the caller: so the keys are right, and only the permission is missing.
    if (error.context().caller && !error.context().caller().empty()) return denial_hint(error);
    return fmt::format(
        "check that the access key and the secret key are right and belong to this store, that the session hasn't "
        "expired, that the bucket \"{0}\" is yours, and that the credentials are allowed s3:ListBucket on "
        "arn:aws:s3:::{0}",
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
  if (error.kind() == ErrorKind::damaged && (operation == "read index" || operation == "read manifest")) {
    return "move that object away; then catalog rebuild makes it again out of the archive. What other volumes "
           "hold can be restored meanwhile";
  }
  if (operation == "forget") return "";  // its message says what stands in the way
  if (operation == "start thread") {
    return "give fewer --threads, or raise the limit of processes (ulimit -u) or of memory (ulimit -v), then run the same command "
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
      // The message of the search for credentials says where they were looked for and what to do.
      return error.context().operation == kCredentialsStep ? "" : denial_hint(error);
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
      if (is_listing(error)) return std::string(kBadListing);
      if (error.context().operation == kCredentialsStep)
        return "check the program or the server that hands out the credentials; s3compress whoami asks it alone";
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
    case ErrorKind::unsupported:
      if (is_listing(error)) return std::string(kUselessListing);
      break;
    case ErrorKind::wrong_state:
    case ErrorKind::invalid_argument:
      break;
  }
  return {};
}

}  // namespace s3c::cli
