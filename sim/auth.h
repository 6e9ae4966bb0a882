// Signature Version 4, the server's side: header and presigned-query signatures, checked strictly.
// Source: S3 API reference, "Authenticating Requests (AWS Signature Version 4)". One thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "sim/query.h"
#include "sim/request.h"

namespace s3c::sim {

struct User {
  std::string access_key;
  std::string secret_key;
  std::string canonical_id;  ///< 64 hex digits, as in <Owner><ID>
  std::string account;       ///< 12 digits, as in x-amz-expected-bucket-owner
};

/// The values that the signatures of aws-chunked chunks start from.
struct ChunkSigning {
  std::string signing_key;  ///< raw bytes
  std::string amz_date;     ///< "20130524T000000Z"
  std::string scope;        ///< "20130524/us-east-1/s3/aws4_request"
  std::string seed_signature;
};

struct Authenticated {
  const User* user = nullptr;  ///< owned by the Authenticator
  ChunkSigning chunk_signing;
  std::string
      content_sha256;  ///< x-amz-content-sha256 as it was signed; "UNSIGNED-PAYLOAD" for presigned requests
};

/// Whether nobody signed the request, neither in its headers nor in its query.
bool is_unsigned(const Request& request, const Query& query);
/// Who sends an unsigned request: S3's anonymous user.
Authenticated nobody();

class Authenticator {
 public:
  /// region: every credential scope must name it.
  explicit Authenticator(std::string region) : region_(std::move(region)) {}

  /// The first user's account is 111111111111, the second's 222222222222.
  void add_user(std::string access_key, std::string secret_key);
  /// The account of the user with that canonical id. Empty: there is none.
  std::string_view account_of(std::string_view canonical_id) const;
  /// REQUIRES: the user was added.
  const User& user(std::string_view access_key) const { return users_.find(access_key)->second; }

  /// The token holds until then. As soon as one token was told, requests with any other one are refused;
  /// before that every token holds, with any user's key. Requests without a token are never refused for it.
  void hold_session_token(std::string token, base::Timestamp until);

  /// Finds out who sent the request. Doesn't check the body: check_payload() in aws_chunked.h does.
  /// Throws S3Error: AccessDenied (no signature, expired, unsigned x-amz- headers),
  /// AuthorizationHeaderMalformed, AuthorizationQueryParametersError, ExpiredToken, InvalidAccessKeyId,
  /// InvalidToken, RequestTimeTooSkewed, SignatureDoesNotMatch, InvalidRequest.
  Authenticated authenticate(const Request& request, const Query& query, base::Timestamp now);

 private:
  struct Claim;
  static Claim parse_claim(const Request& request, const Query& query);
  static Claim parse_header(const Request& request);
  static Claim parse_query(const Request& request, const Query& query);
  const User& find_user(const Claim& claim) const;
  void check_session_token(const Request& request, const Query& query, base::Timestamp now) const;
  void check_scope(const Claim& claim) const;
  static void check_time(const Claim& claim, base::Timestamp now);
  /// What the signature is over. Checks which headers are signed.
  static std::string canonical_request(const Request& request, const Query& query, const Claim& claim);
  const std::string& signing_key(const User& user, std::string_view day);

  std::string region_;
  std::map<std::string, User, std::less<>> users_;
  std::map<std::string, base::Timestamp, std::less<>> session_tokens_;  // until when each holds
  std::map<std::string, std::string, std::less<>> signing_keys_;        // by access key + '/' + day
};

}  // namespace s3c::sim
