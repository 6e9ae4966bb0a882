#include "sim/auth.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/encoding.h"
#include "base/hash.h"
#include "base/text.h"
#include "sim/s3_error.h"

namespace s3c::sim {

/// What a request says about its own signature, from the Authorization header or the query.
struct Authenticator::Claim {
  bool presigned = false;
  std::string access_key, day, region, service, terminator;
  std::string amz_date;
  std::string signed_headers;  // "host;x-amz-date"
  std::string signature;
  std::string content_sha256;
  std::optional<base::Timestamp> time;
  std::chrono::seconds expires{0};  // presigned only
};

namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::size_t kAccountDigits = 12;
constexpr auto kMaxSkew = std::chrono::minutes(15);
constexpr std::chrono::seconds kMaxExpiry = std::chrono::hours(7 * 24);

S3Error unsupported_mechanism() {
  return S3Error(
      S3Code::InvalidRequest,
      "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.");
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    pieces.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return pieces;
}

/// Appends "name:value,value\n". Values are trimmed; runs of spaces become one space.
void append_canonical_header(std::string& out, const Headers& headers, std::string_view name) {
  out += name;
  out += ':';
  bool first = true;
  for (const Header& field : headers) {
    if (field.name != name) continue;
    if (!first) out += ',';
    first = false;
    bool space = false;
    for (const char c : base::trim(field.value)) {
      if (c == ' ' && space) continue;
      space = c == ' ';
      out += c;
    }
  }
  out += '\n';
}

std::string canonical_query(const Query& query) {
  std::vector<std::pair<std::string, std::string>> encoded;
  for (const auto& [name, value] : query.parameters()) {
    if (name != "X-Amz-Signature")
      encoded.emplace_back(base::percent_encode(name), base::percent_encode(value));
  }
  std::sort(encoded.begin(), encoded.end());
  std::string out;
  for (const auto& [name, value] : encoded) {
    if (!out.empty()) out += '&';
    out += name;
    out += '=';
    out += value;
  }
  return out;
}

/// Every x-amz- header must be signed. Otherwise an attacker could add one on the way.
void check_signed_headers(const Request& request, const std::vector<std::string_view>& signed_headers) {
  auto is_signed = [&](std::string_view name) {
    return std::find(signed_headers.begin(), signed_headers.end(), name) != signed_headers.end();
  };
  std::string missing = is_signed("host") ? "" : "host";
  for (const Header& field : request.headers) {
    if (field.name.starts_with("x-amz-") && !is_signed(field.name)) {
      if (!missing.empty()) missing += ", ";
      missing += field.name;
    }
  }
  if (!missing.empty()) {
    throw S3Error(S3Code::AccessDenied, "There were headers present in the request which were not signed")
        .with("HeadersNotSigned", missing);
  }
}

/// Compares in constant time, as a real server would: the time taken doesn't tell where the first difference
/// is.
bool equal_signatures(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned>(static_cast<unsigned char>(b[i]));
  }
  return difference == 0;
}

}  // namespace

void Authenticator::add_user(std::string access_key, std::string secret_key) {
  User user{access_key, std::move(secret_key), base::to_hex(base::sha256(access_key)),
            std::string(kAccountDigits, static_cast<char>('1' + users_.size() % 9))};
  users_.insert_or_assign(std::move(access_key), std::move(user));
}

std::string_view Authenticator::account_of(std::string_view canonical_id) const {
  for (const auto& [access_key, user] : users_) {
    if (user.canonical_id == canonical_id) return user.account;
  }
  return {};
}

void Authenticator::hold_session_token(std::string token, base::Timestamp until) {
  session_tokens_.insert_or_assign(std::move(token), until);
}

void Authenticator::check_session_token(const Request& request, const Query& query,
                                        base::Timestamp now) const {
  const std::string* header = request.headers.find("x-amz-security-token");
  const std::string_view token = header != nullptr ? *header : query.get("X-Amz-Security-Token");
  if (token.empty() || session_tokens_.empty()) return;
  const auto held = session_tokens_.find(token);
  if (held == session_tokens_.end()) throw S3Error(S3Code::InvalidToken);
  if (now >= held->second) throw S3Error(S3Code::ExpiredToken);
}

Authenticator::Claim Authenticator::parse_header(const Request& request) {
  std::string_view text = request.headers.get("authorization");
  if (!text.starts_with(kAlgorithm)) {
    throw S3Error(
        S3Code::InvalidRequest,
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.");
  }
  text.remove_prefix(kAlgorithm.size());
  Claim claim;
  std::string_view credential;
  for (std::string_view piece : split(text, ',')) {
    piece = base::trim(piece);
    if (piece.starts_with("Credential=")) credential = piece.substr(11);
    if (piece.starts_with("SignedHeaders=")) claim.signed_headers = piece.substr(14);
    if (piece.starts_with("Signature=")) claim.signature = piece.substr(10);
  }
  const auto scope = split(credential, '/');
  if (scope.size() < 5 || claim.signed_headers.empty() || claim.signature.empty()) {
    throw S3Error(
        S3Code::AuthorizationHeaderMalformed,
        "The authorization header is malformed; Credential, SignedHeaders and Signature are needed");
  }
  const std::size_t tail = scope.size() - 4;  // an access key may hold '/'
  claim.access_key =
      credential.substr(0, static_cast<std::size_t>(scope[tail].data() - credential.data()) - 1);
  claim.day = scope[tail];
  claim.region = scope[tail + 1];
  claim.service = scope[tail + 2];
  claim.terminator = scope[tail + 3];

  if (const std::string* date = request.headers.find("x-amz-date")) {
    claim.time = base::parse_amz_date(*date);
    claim.amz_date = *date;
  } else if (const std::string* http_date = request.headers.find("date")) {
    claim.time = base::parse_http_date(*http_date);
    if (claim.time) claim.amz_date = base::format_amz_date(*claim.time);
  }
  if (!claim.time) {
    throw S3Error(S3Code::AccessDenied, "AWS authentication requires a valid Date or x-amz-date header");
  }
  const std::string* sha256 = request.headers.find("x-amz-content-sha256");
  if (sha256 == nullptr) {
    throw S3Error(S3Code::InvalidRequest, "Missing required header for this request: x-amz-content-sha256");
  }
  claim.content_sha256 = *sha256;
  return claim;
}

Authenticator::Claim Authenticator::parse_query(const Request& request, const Query& query) {
  auto refuse = [](std::string message) {
    return S3Error(S3Code::AuthorizationQueryParametersError, std::move(message));
  };
  if (query.get("X-Amz-Algorithm") != kAlgorithm) throw refuse("X-Amz-Algorithm must be AWS4-HMAC-SHA256");
  Claim claim;
  claim.presigned = true;
  const std::string_view credential = query.get("X-Amz-Credential");
  const auto scope = split(credential, '/');
  if (scope.size() < 5) throw refuse("X-Amz-Credential must be <key>/<day>/<region>/s3/aws4_request");
  const std::size_t tail = scope.size() - 4;
  claim.access_key =
      credential.substr(0, static_cast<std::size_t>(scope[tail].data() - credential.data()) - 1);
  claim.day = scope[tail];
  claim.region = scope[tail + 1];
  claim.service = scope[tail + 2];
  claim.terminator = scope[tail + 3];
  claim.amz_date = query.get("X-Amz-Date");
  claim.time = base::parse_amz_date(claim.amz_date);
  if (!claim.time) throw refuse("X-Amz-Date must be like 20130524T000000Z");
  const std::optional<int> expires = query.get_number("X-Amz-Expires", static_cast<int>(kMaxExpiry.count()));
  if (!expires || *expires == 0) throw refuse("X-Amz-Expires must be 1 to 604800 seconds");
  claim.expires = std::chrono::seconds(*expires);
  claim.signed_headers = query.get("X-Amz-SignedHeaders");
  claim.signature = query.get("X-Amz-Signature");
  if (claim.signed_headers.empty()) throw refuse("X-Amz-SignedHeaders is missing");
  claim.content_sha256 = "UNSIGNED-PAYLOAD";
  if (const std::string* sha256 = request.headers.find("x-amz-content-sha256"))
    claim.content_sha256 = *sha256;
  return claim;
}

void Authenticator::check_time(const Claim& claim, base::Timestamp now) {
  if (claim.presigned && now > *claim.time + claim.expires) {
    throw S3Error(S3Code::AccessDenied, "Request has expired")
        .with("X-Amz-Expires", std::to_string(claim.expires.count()))
        .with("ServerTime", base::format_iso8601(now));
  }
  if (*claim.time > now + kMaxSkew || (!claim.presigned && *claim.time < now - kMaxSkew)) {
    throw S3Error(S3Code::RequestTimeTooSkewed)
        .with("RequestTime", claim.amz_date)
        .with("ServerTime", base::format_iso8601(now))
        .with("MaxAllowedSkewMilliseconds", "900000");
  }
}

bool is_unsigned(const Request& request, const Query& query) {
  return !request.headers.contains("authorization") && !query.has("X-Amz-Algorithm") &&
         !query.has("X-Amz-Signature") && !query.has("AWSAccessKeyId");
}

Authenticated nobody() {
  // Source: S3 User Guide, "Access control list (ACL) overview", the id of the anonymous user.
  static const User user{{}, {}, "65a011a29cdf8ec533ec3d1ccaae921c", {}};
  Authenticated authenticated;
  authenticated.user = &user;
  authenticated.content_sha256 = "UNSIGNED-PAYLOAD";
  return authenticated;
}

Authenticator::Claim Authenticator::parse_claim(const Request& request, const Query& query) {
  if (request.headers.contains("authorization")) return parse_header(request);
  if (query.has("X-Amz-Algorithm") || query.has("X-Amz-Signature")) return parse_query(request, query);
  if (query.has("AWSAccessKeyId")) throw unsupported_mechanism();
  throw S3Error(S3Code::AccessDenied);
}

std::string Authenticator::canonical_request(const Request& request, const Query& query, const Claim& claim) {
  const auto signed_headers = split(claim.signed_headers, ';');
  check_signed_headers(request, signed_headers);
  std::string canonical;
  canonical.reserve(1024);
  canonical += request.method;
  canonical += '\n';
  canonical += request.raw_path;  // S3 neither normalises nor encodes again
  canonical += '\n';
  canonical += canonical_query(query);
  canonical += '\n';
  for (const std::string_view header : signed_headers)
    append_canonical_header(canonical, request.headers, header);
  canonical += '\n';
  canonical += claim.signed_headers;
  canonical += '\n';
  canonical += claim.content_sha256;
  return canonical;
}

const User& Authenticator::find_user(const Claim& claim) const {
  const auto found = users_.find(claim.access_key);
  if (found == users_.end()) {
    throw S3Error(S3Code::InvalidAccessKeyId).with("AWSAccessKeyId", claim.access_key);
  }
  return found->second;
}

void Authenticator::check_scope(const Claim& claim) const {
  const S3Code code =
      claim.presigned ? S3Code::AuthorizationQueryParametersError : S3Code::AuthorizationHeaderMalformed;
  if (claim.region != region_) {
    throw S3Error(code, "The authorization header is malformed; the region '" + claim.region +
                            "' is wrong; expecting '" + region_ + "'")
        .with("Region", region_);
  }
  if (claim.service != "s3" || claim.terminator != "aws4_request") {
    throw S3Error(code, "The credential scope must end in /s3/aws4_request");
  }
  if (claim.amz_date.substr(0, 8) != claim.day) {
    throw S3Error(code, "The credential scope's day is not the request's");
  }
}

const std::string& Authenticator::signing_key(const User& user, std::string_view day) {
  std::string cache_key = user.access_key + '/' + std::string(day);
  const auto found = signing_keys_.find(cache_key);
  if (found != signing_keys_.end()) return found->second;
  if (signing_keys_.size() > 64) signing_keys_.clear();  // clients choose the days: don't grow for ever
  const std::string day_key = base::hmac_sha256("AWS4" + user.secret_key, day);
  const std::string service_key = base::hmac_sha256(base::hmac_sha256(day_key, region_), "s3");
  return signing_keys_.emplace(std::move(cache_key), base::hmac_sha256(service_key, "aws4_request"))
      .first->second;
}

Authenticated Authenticator::authenticate(const Request& request, const Query& query, base::Timestamp now) {
  const Claim claim = parse_claim(request, query);
  check_scope(claim);
  const User& user = find_user(claim);
  check_time(claim, now);
  check_session_token(request, query, now);
  const std::string canonical = canonical_request(request, query, claim);

  Authenticated result;
  result.user = &user;
  result.chunk_signing.scope = claim.day + '/' + region_ + "/s3/aws4_request";
  std::string string_to_sign(kAlgorithm);
  string_to_sign += '\n';
  string_to_sign += claim.amz_date;
  string_to_sign += '\n';
  string_to_sign += result.chunk_signing.scope;
  string_to_sign += '\n';
  string_to_sign += base::to_hex(base::sha256(canonical));

  const std::string& key = signing_key(user, claim.day);
  if (!equal_signatures(base::to_hex(base::hmac_sha256(key, string_to_sign)), claim.signature)) {
    throw S3Error(S3Code::SignatureDoesNotMatch)
        .with("AWSAccessKeyId", claim.access_key)
        .with("StringToSign", string_to_sign)
        .with("SignatureProvided", claim.signature)
        .with("CanonicalRequest", canonical);
  }
  result.content_sha256 = claim.content_sha256;
  if (claim.content_sha256.starts_with("STREAMING-AWS4-")) {
    result.chunk_signing.signing_key = key;
    result.chunk_signing.amz_date = claim.amz_date;
    result.chunk_signing.seed_signature = claim.signature;
  }
  return result;
}

}  // namespace s3c::sim
