// Who we are to the store. A provider hands out the credentials that hold now, so that ones that expire can
// be renewed while a run goes on.
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

/// The credentials the AWS CLI would use, in its order: environment variables (unless explicit_profile: a
/// profile asked for by option wins over them), then the profile in the shared credentials file, then the
/// profile in the config file. Throws Error: access_denied when there are none (the message says where we
/// looked), invalid_argument when half a pair is set, unsupported when the profile or the environment says to
/// get them in a way this build can't (a role, web identity, SSO, a process, a container's or an instance's
/// metadata service): such a setting is never passed over, for what comes next in the chain may be somebody
/// else.
Credentials find_credentials(const Environment& environment, const ProfileFiles& files,
                             const std::string& profile, bool explicit_profile);

}  // namespace s3c::aws
