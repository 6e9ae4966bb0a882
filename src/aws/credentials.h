// The credentials that we sign requests with. A provider returns the credentials that are valid now, so that
// credentials that expire are renewed during a run.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace s3c::aws {

struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token = {};                  ///< empty for long-lived keys
  std::optional<base::Timestamp> expires_at = {};  ///< nullopt: not known, or never
};

class CredentialsProvider {
 public:
  virtual ~CredentialsProvider() = default;
  /// The credentials to sign the next request with. Any thread; may block while it renews them.
  /// Throws Error when they have expired: transient with the code kNotRenewed when another run may do better;
  /// access_denied with the code kExpired when none will.
  virtual std::shared_ptr<const Credentials> get() = 0;

  /// The store says that refused, which get() returned, have expired. Returns true if get() returns others
  /// now: then the request is worth sending again. Any thread; may block while it renews them.
  virtual bool replace(const Credentials& refused) {
    static_cast<void>(refused);
    return false;
  }
};

class StaticCredentials final : public CredentialsProvider {
 public:
  explicit StaticCredentials(Credentials credentials)
      : credentials_(std::make_shared<const Credentials>(std::move(credentials))) {}
  std::shared_ptr<const Credentials> get() override { return credentials_; }

 private:
  std::shared_ptr<const Credentials> credentials_;
};

/// Stars and the last four characters of an access key id, to be printed. All stars if it is short.
std::string masked(std::string_view access_key_id);

struct CredentialsNames {
  std::string_view access_key_id = "access key id";
  std::string_view secret_access_key = "secret access key";
  std::string_view session_token = "session token";
};

/// Throws Error: invalid_argument, without the value, if a key or the token is empty or has a character that
/// an HTTP header can't carry, such as a line break at its end. origin: where it comes from, for the message; names:
/// what they are called there.
void validate(const Credentials& credentials, std::string_view origin, const CredentialsNames& names = {});

/// ErrorContext::code of credentials that have expired and can't be renewed, as S3 itself calls it.
inline constexpr std::string_view kExpired = "ExpiredToken";

/// ErrorContext::code of credentials that have expired, and whose source was in trouble for as long as one waits.
/// Such a request isn't worth trying again in the same run: all requests have waited already.
inline constexpr std::string_view kNotRenewed = "CredentialsNotRenewed";

/// ErrorContext::operation of everything that goes wrong while credentials are looked for.
inline constexpr std::string_view kFindCredentials = "credentials";

}  // namespace s3c::aws
