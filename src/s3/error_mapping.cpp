#include "s3/error_mapping.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "aws/credentials.h"
#include "base/encoding.h"
#include "base/text.h"
#include "s3/xml.h"

namespace s3c::s3 {
namespace {

using base::ErrorKind;

struct KnownCode {
  std::string_view code;
  ErrorKind kind;
  std::string_view text;  ///< used when the store sends no message (Ceph RGW never does)
};

/// Source: Amazon S3 API Reference, "List of error codes"; the transient and throttling ones: AWS SDKs and
/// Tools Reference Guide, "Retry behavior".
constexpr KnownCode kCodes[] = {
    {"NoSuchKey", ErrorKind::not_found, "there is no such object"},
    {"NoSuchVersion", ErrorKind::not_found, "there is no such version"},
    {"NoSuchBucket", ErrorKind::no_bucket, "there is no such bucket"},
    {"NoSuchUpload", ErrorKind::no_upload, "there is no such upload: it was completed or aborted"},
    {"NoSuchTagSet", ErrorKind::not_found, "there are no tags"},
    {"NoSuchTagSetError", ErrorKind::not_found, "there are no tags"},

    {"PreconditionFailed", ErrorKind::precondition_failed, "the object is not the one the condition named"},
    {"ConditionalRequestConflict", ErrorKind::precondition_failed,
     "another request for the same key is under way"},

    {"RestoreAlreadyInProgress", ErrorKind::precondition_failed, "the object is being thawed already"},

    {"AccessDenied", ErrorKind::access_denied, "these credentials may not do this"},
    {"AllAccessDisabled", ErrorKind::access_denied, "access is disabled"},
    {"AccountProblem", ErrorKind::access_denied, "the account has a problem"},
    {"InvalidAccessKeyId", ErrorKind::access_denied, "the store doesn't know this access key"},
    {"XAdminUserNotFound", ErrorKind::access_denied,
     "the store doesn't know this access key"},  // versitygw's
    {"SignatureDoesNotMatch", ErrorKind::access_denied, "the signature is wrong: check the secret key"},
    {"ExpiredToken", ErrorKind::access_denied, "the credentials have expired"},
    {"InvalidToken", ErrorKind::access_denied, "the session token is wrong"},
    {"TokenRefreshRequired", ErrorKind::access_denied, "the credentials must be renewed"},
    {"RequestTimeTooSkewed", ErrorKind::access_denied, "this machine's clock is wrong"},
    {"RequestExpired", ErrorKind::access_denied, "this machine's clock is wrong"},

    {"SlowDown", ErrorKind::throttled, "the store asks to slow down"},
    {"Throttling", ErrorKind::throttled, "the store asks to slow down"},
    {"ThrottlingException", ErrorKind::throttled, "the store asks to slow down"},
    {"ThrottledException", ErrorKind::throttled, "the store asks to slow down"},
    {"RequestThrottled", ErrorKind::throttled, "the store asks to slow down"},
    {"RequestThrottledException", ErrorKind::throttled, "the store asks to slow down"},
    {"RequestLimitExceeded", ErrorKind::throttled, "the store asks to slow down"},
    {"BandwidthLimitExceeded", ErrorKind::throttled, "the store asks to slow down"},
    {"TooManyRequests", ErrorKind::throttled, "the store asks to slow down"},
    {"TooManyRequestsException", ErrorKind::throttled, "the store asks to slow down"},

    {"GlacierExpeditedRetrievalNotAvailable", ErrorKind::unsupported,
     "there is no capacity for expedited retrievals now"},

    {"InternalError", ErrorKind::transient, "the store had an internal error"},
    {"ServiceUnavailable", ErrorKind::transient, "the store is not available"},
    {"RequestTimeout", ErrorKind::transient, "the store waited too long for our bytes"},
    {"RequestTimeoutException", ErrorKind::transient, "the store waited too long for our bytes"},
    {"IncompleteBody", ErrorKind::transient, "our bytes did not all arrive"},
    {"OperationAborted", ErrorKind::transient, "another operation on the same thing was under way"},

    {"BadDigest", ErrorKind::corrupt, "the bytes that arrived are not the ones we sent"},
    {"XAmzContentSHA256Mismatch", ErrorKind::corrupt, "the bytes that arrived are not the ones we sent"},
    {"XAmzContentChecksumMismatch", ErrorKind::corrupt, "the bytes that arrived are not the ones we sent"},

    {"InvalidArgument", ErrorKind::invalid_argument, "the store refuses an argument"},
    {"InvalidRequest", ErrorKind::invalid_argument, "the store refuses the request"},
    {"InvalidBucketName", ErrorKind::invalid_argument, "this can't be a bucket's name"},
    {"InvalidStorageClass", ErrorKind::invalid_argument, "the store has no such storage class"},
    {"InvalidPart", ErrorKind::invalid_argument, "a part is missing or has another ETag"},
    {"InvalidPartOrder", ErrorKind::invalid_argument, "the parts are out of order"},
    {"EntityTooSmall", ErrorKind::invalid_argument, "a part is smaller than the store allows"},
    {"EntityTooLarge", ErrorKind::invalid_argument, "the object is larger than the store allows"},
    {"InvalidRange", ErrorKind::invalid_argument, "the object has no such bytes"},
    {"KeyTooLongError", ErrorKind::invalid_argument, "the key is too long"},
    {"MalformedXML", ErrorKind::invalid_argument, "the store can't read our XML"},
    {"InvalidTag", ErrorKind::invalid_argument, "the store refuses a tag"},
    {"MetadataTooLarge", ErrorKind::invalid_argument, "the metadata is too large"},
    {"AuthorizationHeaderMalformed", ErrorKind::invalid_argument, "the region is wrong"},
    {"PermanentRedirect", ErrorKind::invalid_argument, "the bucket is in another region"},
    {"TemporaryRedirect", ErrorKind::transient, "the bucket is moving"},

    {"NotImplemented", ErrorKind::unsupported, "the store can't do this"},
    {"MethodNotAllowed", ErrorKind::unsupported, "the store doesn't allow this"},
    {"InvalidObjectState", ErrorKind::wrong_state,
     "the object's storage class or state doesn't allow this (one that is archived must be thawed before it "
     "is read)"},
};

const KnownCode* find_code(std::string_view code) {
  const auto found = std::find_if(std::begin(kCodes), std::end(kCodes),
                                  [code](const KnownCode& k) { return k.code == code; });
  return found == std::end(kCodes) ? nullptr : found;
}

struct Meaning {
  ErrorKind kind;
  std::string_view text;
};

/// What a status means without an S3 code: answers to HEAD have no body, and proxies send bodies of their
/// own.
Meaning meaning_of_status(int status, bool empty_body) {
  switch (status) {
    case 400:
      return {ErrorKind::invalid_argument, "the store refuses the request"};
    case 401:
    case 403:
      return {ErrorKind::access_denied, "access denied"};
    case 404:
      return {ErrorKind::not_found, "not found"};
    case 405:
      return {ErrorKind::unsupported, "the store doesn't allow this"};
    case 408:
      return {ErrorKind::transient, "the store waited too long for our bytes"};
    case 304:
    case 409:
      return {ErrorKind::precondition_failed, "it is in another state than the request expects"};
    case 412:
      return {ErrorKind::precondition_failed, "the object is not the one the condition named"};
    case 416:
      return {ErrorKind::invalid_argument, "the object has no such bytes"};
    case 429:
      return {ErrorKind::throttled, "the store asks to slow down"};
    case 501:
      return {ErrorKind::unsupported, "the store can't do this"};
    case 307:
      return {ErrorKind::transient, "the bucket is moving"};
    // SlowDown in answer to a HEAD is a bare 503.
    case 503:
      return {empty_body ? ErrorKind::throttled : ErrorKind::transient, "the store is not available"};
    default:
      break;
  }
  if (status >= 500) return {ErrorKind::transient, "the store had an error"};
  if (status >= 300 && status < 400)
    return {ErrorKind::invalid_argument, "the store sends us elsewhere: wrong region or end point"};
  if (status >= 200 && status < 300)
    return {ErrorKind::transient, "the store reported an error after it had begun with success"};
  return {ErrorKind::invalid_argument, "the store refuses the request"};
}

std::optional<std::int64_t> number(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  const auto value = base::parse_number<std::int64_t>(*text);
  return value >= 0 ? value : std::nullopt;
}

}  // namespace

std::optional<ErrorKind> kind_of_code(std::string_view code) {
  const KnownCode* known = find_code(code);
  return known == nullptr ? std::nullopt : std::optional(known->kind);
}

bool is_refusal(base::ErrorKind kind) {
  return kind == ErrorKind::unsupported || kind == ErrorKind::invalid_argument;
}

bool is_about_the_caller(std::string_view code) {
  constexpr std::string_view kCallers[] = {
      "AccountProblem",       "AllAccessDisabled", "ExpiredToken",         "InvalidAccessKeyId",
      "InvalidToken",         "RequestExpired",    "RequestTimeTooSkewed", "SignatureDoesNotMatch",
      "TokenRefreshRequired", aws::kNotRenewed};
  return std::find(std::begin(kCallers), std::end(kCallers), code) != std::end(kCallers);
}

bool is_denial(const base::Error& error) {
  return error.kind() == ErrorKind::access_denied && !is_about_the_caller(error.context().code);
}

bool is_conflict(const base::Error& error) {
  return error.context().code == "ConditionalRequestConflict";
}

base::Error with_caller(const base::Error& error, std::function<std::string()> caller,
                        const std::string& note) {
  base::ErrorContext context = error.context();
  context.caller = std::move(caller);
  return {error.kind(), note.empty() ? error.message() : error.message() + "; " + note, std::move(context)};
}

base::Error error_from_answer(std::string_view operation, const std::string& resource,
                              const http::Response& answer) {
  const ErrorDocument document = parse_error(answer.body).value_or(ErrorDocument{});
  const KnownCode* known = find_code(document.code);
  const Meaning by_status = meaning_of_status(answer.status, answer.body.empty());
  // A known code decides. Otherwise the status does, so a 5xx with a new, unknown code is usually tried
  // again.
  ErrorKind kind = known != nullptr ? known->kind : by_status.kind;
  // An answer without S3's code, as to HEAD: the resource tells whether an object or a bucket is missing.
  const bool names_an_object = resource.find('/') != std::string::npos;
  if (known == nullptr && kind == ErrorKind::not_found && !names_an_object) kind = ErrorKind::no_bucket;
  std::string message = base::printable(document.message);
  while (message.ends_with('.')) message.pop_back();
  if (message.empty()) message = known != nullptr ? known->text : by_status.text;

  base::ErrorContext context{.operation = std::string(operation), .resource = base::printable(resource)};
  context.code = base::printable(document.code);
  context.request_id = base::printable(answer.headers.find("x-amz-request-id").value_or(document.request_id));
  context.http_status = answer.status;
  return {kind, std::move(message), std::move(context)};
}

base::Error with_context(const base::Error& error, std::string_view operation, const std::string& resource,
                         int attempts) {
  base::ErrorContext context = error.context();
  context.operation = operation;
  context.resource = base::printable(resource);
  context.attempts = attempts;
  return {error.kind(), error.message(), std::move(context)};
}

std::string region_hint(const http::Response& answer) {
  if (const auto header = answer.headers.find("x-amz-bucket-region")) return std::string(*header);
  const auto document = parse_error(answer.body);
  return document ? document->region : "";
}

std::optional<std::chrono::milliseconds> retry_after(const http::Response& answer) {
  constexpr std::int64_t kLongest_ms = 60'000;
  if (const auto ms = number(answer.headers.find("x-amz-retry-after"))) {
    return std::chrono::milliseconds(std::min(*ms, kLongest_ms));
  }
  if (const auto s = number(answer.headers.find("Retry-After"))) {
    return std::chrono::milliseconds(std::min(*s, kLongest_ms / 1000) * 1000);
  }
  return std::nullopt;
}

}  // namespace s3c::s3
