// Signature Version 4 in the Authorization header, as S3 wants it (the path is encoded once, the payload's
// hash is a header). Source: Amazon S3 API Reference, "Signature Calculations for the Authorization Header:
// Transferring Payload in a Single Chunk".
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "aws/credentials.h"
#include "base/mutex.h"
#include "base/time.h"
#include "http/transport.h"

namespace s3c::aws {

/// hex(sha256("")).
inline constexpr std::string_view kEmptyPayloadHash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/// Replaces the hash: the body isn't signed. Use it only over TLS, and with a checksum of the body in a
/// header.
inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

/// The parts of a request that are signed.
struct SigningInput {
  std::string_view method;
  std::string_view host;
  std::string_view path;   ///< as sent, encoded
  std::string_view query;  ///< as sent, canonical (encode_query)
  std::string_view payload_hash;
  const http::Headers* headers;  ///< all of them are signed, "host" is added
};

struct CanonicalRequest {
  std::string text;
  std::string signed_headers;  ///< "host;x-amz-date"
};

CanonicalRequest canonical_request(const SigningInput& input);

/// scope: "20130524/us-east-1/s3/aws4_request".
std::string string_to_sign(std::string_view amz_date, std::string_view scope,
                           std::string_view canonical_request);

/// 32 raw bytes. date: "20130524".
std::string signing_key(std::string_view secret_access_key, std::string_view date, std::string_view region,
                        std::string_view service = "s3");

/// Signs requests. Keeps the last signing key, which is valid for one day and one region. Any thread.
class Signer {
 public:
  /// service: as AWS names it in signatures: "s3", "sts".
  explicit Signer(std::string service = "s3") : service_(std::move(service)) {}

  /// Adds x-amz-date, x-amz-content-sha256, x-amz-security-token (when there is a session token) and
  /// Authorization to headers. input.headers is ignored.
  void sign(SigningInput input, http::Headers& headers, const Credentials& credentials,
            std::string_view region, base::Timestamp now) S3C_EXCLUDES(mutex_);

 private:
  struct CachedKey {
    std::string secret_access_key, date, region, key;
  };
  std::shared_ptr<const CachedKey> key_for(const std::string& secret_access_key, std::string_view date,
                                           std::string_view region) S3C_EXCLUDES(mutex_);

  const std::string service_;
  base::Mutex mutex_;
  std::shared_ptr<const CachedKey> cached_ S3C_GUARDED_BY(mutex_);
};

}  // namespace s3c::aws
