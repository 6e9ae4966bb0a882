// The credentials that we sign requests with. A provider returns the credentials that are valid now, so that
// credentials that expire can be renewed during a run.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "aws/profile_file.h"

namespace s3c::aws {

struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  ///< empty for long-lived keys
};

class CredentialsProvider {
 public:
  virtual ~CredentialsProvider() = default;
  /// The credentials to sign the next request with. Any thread; may block while it renews them.
  /// Throws Error: access_denied when there are none.
  virtual std::shared_ptr<const Credentials> get() = 0;
};

class StaticCredentials final : public CredentialsProvider {
 public:
  explicit StaticCredentials(Credentials credentials)
      : credentials_(std::make_shared<const Credentials>(std::move(credentials))) {}
  std::shared_ptr<const Credentials> get() override { return credentials_; }

 private:
  std::shared_ptr<const Credentials> credentials_;
};

/// The credentials that the AWS CLI would use, in its order: environment variables, then the profile in the
/// shared credentials file, then the profile in the config file. explicit_profile: the user named the profile
/// by option; then the environment variables are skipped.
/// Throws Error: access_denied when there are none (the message says where we looked); invalid_argument when
/// half a pair is set or when the named profile doesn't exist; unsupported when the profile or the
/// environment names a source that this build can't use (a role, web identity, SSO, a process, a container's
/// metadata service). Such a setting is never skipped: the next credentials in the chain may belong to
/// another identity.
Credentials find_credentials(const Environment& environment, const ProfileFiles& files,
                             const std::string& profile, bool explicit_profile);

}  // namespace s3c::aws
