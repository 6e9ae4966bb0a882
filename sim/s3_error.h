// An S3 error answer as a C++ exception. The code that finds a request wrong throws it, and only service.cpp
// turns it into XML. It is a reply and not a failure of the simulator; those are base::Error.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/request.h"

namespace s3c::sim {

/// S3's own spelling.
enum class S3Code {
  AccessDenied,
  AuthorizationHeaderMalformed,
  AuthorizationQueryParametersError,
  BadDigest,
  BucketAlreadyExists,
  BucketNotEmpty,
  EntityTooLarge,
  EntityTooSmall,
  ExpiredToken,
  IllegalVersioningConfigurationException,
  IncompleteBody,
  InternalError,
  InvalidAccessKeyId,
  InvalidArgument,
  InvalidBucketName,
  InvalidBucketOwnerAWSAccountID,
  InvalidBucketState,
  InvalidChunkSizeError,
  InvalidDigest,
  InvalidEncryptionAlgorithmError,
  InvalidObjectState,
  InvalidPart,
  InvalidPartOrder,
  InvalidRange,
  InvalidRequest,
  InvalidStorageClass,
  InvalidTag,
  InvalidToken,
  InvalidURI,
  KeyTooLongError,
  MalformedXML,
  MetadataTooLarge,
  MethodNotAllowed,
  MissingContentLength,
  NoSuchBucket,
  NoSuchKey,
  NoSuchObjectLockConfiguration,
  NoSuchUpload,
  NoSuchVersion,
  NotImplemented,
  NotModified,  ///< 304, no body
  ObjectLockConfigurationNotFoundError,
  PreconditionFailed,
  RequestTimeTooSkewed,
  RestoreAlreadyInProgress,
  SignatureDoesNotMatch,
  XAmzContentSHA256Mismatch,
};

/// "NoSuchKey"
std::string_view name(S3Code code);

class S3Error : public std::exception {
 public:
  /// message: empty means S3's usual message.
  explicit S3Error(S3Code code, std::string message = {});

  /// Adds an element to the <Error> document.
  S3Error& with(std::string element, std::string text);
  /// Adds a header to the answer.
  S3Error& with_header(std::string name, std::string value);

  S3Code code() const { return code_; }
  int status() const;
  const std::string& message() const { return message_; }
  const std::vector<std::pair<std::string, std::string>>& details() const { return details_; }
  const std::vector<Header>& headers() const { return headers_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  S3Code code_;
  std::string message_;
  std::vector<std::pair<std::string, std::string>> details_;
  std::vector<Header> headers_;
};

/// S3's answer to a request with a header whose value it doesn't support: NotImplemented.
S3Error unknown_header(const std::string& name);

}  // namespace s3c::sim
