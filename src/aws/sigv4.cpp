#include "aws/sigv4.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/encoding.h"
#include "base/hash.h"
#include "base/text.h"

namespace s3c::aws {
namespace {

/// Appends value without blanks at its ends; a run of blanks inside becomes one space.
void append_canonical_value(std::string& out, std::string_view value) {
  const std::size_t start = out.size();
  bool blank = false;
  for (const char c : value) {
    if (c == ' ' || c == '\t') {
      blank = true;
      continue;
    }
    if (blank && out.size() > start) out.push_back(' ');
    blank = false;
    out.push_back(c);
  }
}

}  // namespace

CanonicalRequest canonical_request(const SigningInput& input) {
  std::vector<std::pair<std::string, std::string_view>> headers;
  headers.reserve(input.headers->size() + 1);
  headers.emplace_back("host", input.host);
  for (const auto& [name, value] : *input.headers) headers.emplace_back(base::lower(name), value);
  std::sort(headers.begin(), headers.end());

  CanonicalRequest out;
  out.signed_headers.reserve(96);
  out.text.reserve(512 + input.path.size() + input.query.size());
  out.text.append(input.method).append("\n").append(input.path).append("\n").append(input.query).append("\n");
  for (const auto& [name, value] : headers) {
    out.text.append(name).push_back(':');
    append_canonical_value(out.text, value);
    out.text.push_back('\n');
    if (!out.signed_headers.empty()) out.signed_headers.push_back(';');
    out.signed_headers.append(name);
  }
  out.text.append("\n").append(out.signed_headers).append("\n").append(input.payload_hash);
  return out;
}

std::string string_to_sign(std::string_view amz_date, std::string_view scope,
                           std::string_view canonical_request) {
  return fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", amz_date, scope,
                     base::to_hex(base::sha256(canonical_request)));
}

std::string signing_key(std::string_view secret_access_key, std::string_view date, std::string_view region,
                        std::string_view service) {
  const std::string by_date = base::hmac_sha256("AWS4" + std::string(secret_access_key), date);
  const std::string by_region = base::hmac_sha256(by_date, region);
  const std::string by_service = base::hmac_sha256(by_region, service);
  return base::hmac_sha256(by_service, "aws4_request");
}

std::shared_ptr<const Signer::CachedKey> Signer::key_for(const std::string& secret_access_key,
                                                         std::string_view date, std::string_view region) {
  {
    base::MutexLock lock(mutex_);
    if (cached_ && cached_->date == date && cached_->region == region &&
        cached_->secret_access_key == secret_access_key) {
      return cached_;
    }
  }
  auto made =
      std::make_shared<const CachedKey>(CachedKey{secret_access_key, std::string(date), std::string(region),
                                                  signing_key(secret_access_key, date, region, service_)});
  base::MutexLock lock(mutex_);
  cached_ = made;
  return made;
}

void Signer::sign(SigningInput input, http::Headers& headers, const Credentials& credentials,
                  std::string_view region, base::Timestamp now) {
  const std::string amz_date = base::format_amz_date(now);
  const std::string_view date = std::string_view(amz_date).substr(0, 8);
  headers.add("x-amz-date", amz_date);
  headers.add("x-amz-content-sha256", input.payload_hash);
  if (!credentials.session_token.empty()) headers.add("x-amz-security-token", credentials.session_token);
  input.headers = &headers;
  const CanonicalRequest canonical = canonical_request(input);
  const std::string scope = fmt::format("{}/{}/{}/aws4_request", date, region, service_);
  const auto key = key_for(credentials.secret_access_key, date, region);
  const std::string signature =
      base::to_hex(base::hmac_sha256(key->key, string_to_sign(amz_date, scope, canonical.text)));
  headers.add("Authorization",
              fmt::format("AWS4-HMAC-SHA256 Credential={}/{},SignedHeaders={},Signature={}",
                          credentials.access_key_id, scope, canonical.signed_headers, signature));
}

}  // namespace s3c::aws
