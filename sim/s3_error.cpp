#include "sim/s3_error.h"

#include "base/error.h"

namespace s3c::sim {
namespace {

struct Row {
  S3Code code;
  std::string_view name;
  int status;
  std::string_view message;
};

// Source: S3 API reference, "Error responses". The messages are our own words, except those that clients are
// known to read.
constexpr Row kRows[] = {
    {S3Code::AccessDenied, "AccessDenied", 403, "Access Denied"},
    {S3Code::AuthorizationHeaderMalformed, "AuthorizationHeaderMalformed", 400,
     "The authorization header is malformed"},
    {S3Code::AuthorizationQueryParametersError, "AuthorizationQueryParametersError", 400,
     "The presigned query parameters are malformed"},
    {S3Code::BadDigest, "BadDigest", 400, "The digest sent does not match the bytes received"},
    {S3Code::BucketAlreadyExists, "BucketAlreadyExists", 409, "Another account owns a bucket of this name"},
    {S3Code::BucketNotEmpty, "BucketNotEmpty", 409, "The bucket still holds objects or versions"},
    {S3Code::EntityTooLarge, "EntityTooLarge", 400, "The upload is larger than 5 GiB"},
    {S3Code::EntityTooSmall, "EntityTooSmall", 400, "A part other than the last is smaller than 5 MiB"},
    {S3Code::ExpiredToken, "ExpiredToken", 400, "The provided token has expired."},
    {S3Code::IllegalVersioningConfigurationException, "IllegalVersioningConfigurationException", 400,
     "The versioning status must be Enabled or Suspended"},
    {S3Code::IncompleteBody, "IncompleteBody", 400, "The body ends before the promised length"},
    {S3Code::InternalError, "InternalError", 500, "The simulator failed"},
    {S3Code::InvalidAccessKeyId, "InvalidAccessKeyId", 403, "The access key id is not known here"},
    {S3Code::InvalidArgument, "InvalidArgument", 400, "An argument is not valid"},
    {S3Code::InvalidBucketName, "InvalidBucketName", 400, "The bucket name is not valid"},
    {S3Code::InvalidBucketOwnerAWSAccountID, "InvalidBucketOwnerAWSAccountID", 400,
     "The value of the expected bucket owner parameter must be an AWS Account ID"},
    {S3Code::InvalidBucketState, "InvalidBucketState", 409,
     "The request is not valid with the current state of the bucket"},
    {S3Code::InvalidChunkSizeError, "InvalidChunkSizeError", 403,
     "A chunk other than the last is smaller than 8 KiB"},
    {S3Code::InvalidDigest, "InvalidDigest", 400, "Content-MD5 is not the base64 of 16 bytes"},
    {S3Code::InvalidEncryptionAlgorithmError, "InvalidEncryptionAlgorithmError", 400,
     "The encryption is none that S3 has"},
    {S3Code::InvalidObjectState, "InvalidObjectState", 403,
     "The operation is not valid for the object's storage class"},
    {S3Code::InvalidPart, "InvalidPart", 400,
     "A part was not uploaded, or its ETag is not the uploaded part's"},
    {S3Code::InvalidPartOrder, "InvalidPartOrder", 400, "The parts must be listed in ascending order"},
    {S3Code::InvalidRange, "InvalidRange", 416, "The requested range is not satisfiable"},
    {S3Code::InvalidRequest, "InvalidRequest", 400, "The request is not valid"},
    {S3Code::InvalidStorageClass, "InvalidStorageClass", 400, "The storage class is not valid"},
    {S3Code::InvalidTag, "InvalidTag", 400, "A tag is not valid"},
    {S3Code::InvalidToken, "InvalidToken", 400, "The provided token is malformed or otherwise invalid."},
    {S3Code::InvalidURI, "InvalidURI", 400, "The URI can't be parsed"},
    {S3Code::KeyTooLongError, "KeyTooLongError", 400, "The key is longer than 1024 bytes"},
    {S3Code::MalformedXML, "MalformedXML", 400,
     "The XML is not well-formed or not what the operation expects"},
    {S3Code::MetadataTooLarge, "MetadataTooLarge", 400, "User metadata takes more than 2 KB"},
    {S3Code::MethodNotAllowed, "MethodNotAllowed", 405, "The method is not allowed against this resource"},
    {S3Code::MissingContentLength, "MissingContentLength", 411, "Content-Length is missing"},
    {S3Code::NoSuchBucket, "NoSuchBucket", 404, "The bucket does not exist"},
    {S3Code::NoSuchKey, "NoSuchKey", 404, "The key does not exist"},
    {S3Code::NoSuchObjectLockConfiguration, "NoSuchObjectLockConfiguration", 404,
     "The specified object does not have a ObjectLock configuration"},
    {S3Code::NoSuchUpload, "NoSuchUpload", 404,
     "The upload does not exist: never started, completed or aborted"},
    {S3Code::NoSuchVersion, "NoSuchVersion", 404, "The version does not exist"},
    {S3Code::NotImplemented, "NotImplemented", 501, "s3sim does not implement this"},
    {S3Code::NotModified, "NotModified", 304, "Not Modified"},
    {S3Code::ObjectLockConfigurationNotFoundError, "ObjectLockConfigurationNotFoundError", 404,
     "Object Lock configuration does not exist for this bucket"},
    {S3Code::PreconditionFailed, "PreconditionFailed", 412, "A precondition did not hold"},
    {S3Code::RequestTimeTooSkewed, "RequestTimeTooSkewed", 403,
     "The request's time and the server's differ by more than 15 minutes"},
    {S3Code::RestoreAlreadyInProgress, "RestoreAlreadyInProgress", 409,
     "The object is being restored already"},
    {S3Code::SignatureDoesNotMatch, "SignatureDoesNotMatch", 403,
     "The signature is not the one calculated here"},
    {S3Code::XAmzContentSHA256Mismatch, "XAmzContentSHA256Mismatch", 400,
     "x-amz-content-sha256 is not the SHA-256 of the body"},
};

const Row& row(S3Code code) {
  for (const Row& candidate : kRows) {
    if (candidate.code == code) return candidate;
  }
  throw base::Error(base::ErrorKind::internal, "an S3 error code without a table row");
}

}  // namespace

std::string_view name(S3Code code) {
  return row(code).name;
}

S3Error::S3Error(S3Code code, std::string message) : code_(code), message_(std::move(message)) {
  if (message_.empty()) message_ = row(code).message;
}

S3Error& S3Error::with(std::string element, std::string text) {
  details_.emplace_back(std::move(element), std::move(text));
  return *this;
}

S3Error& S3Error::with_header(std::string header, std::string value) {
  headers_.push_back({std::move(header), std::move(value)});
  return *this;
}

int S3Error::status() const {
  return row(code_).status;
}

S3Error unknown_header(const std::string& name) {
  return S3Error(S3Code::NotImplemented,
                 "A header you provided implies functionality that is not implemented")
      .with("Header", name);
}

}  // namespace s3c::sim
