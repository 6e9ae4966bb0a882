// "assume-role-with-web-identity": a role for a token in a file, as Kubernetes mounts it for a service account
// (IRSA).
#pragma once

#include <optional>
#include <string>

#include "aws/credentials_source.h"
#include "aws/sts.h"
#include "aws/world.h"

namespace s3c::aws {

class WebIdentitySource final : public CredentialsSource {
 public:
  /// world, files and sts outlive it. profile.is_explicit: its variables don't count.
  WebIdentitySource(const World& world, const ProfileFiles& files, const Sts& sts, Profile profile)
      : world_(world), files_(files), sts_(sts), profile_(std::move(profile)) {}

  std::string_view name() const override { return "assume-role-with-web-identity"; }
  /// Reads the token each time: it is renewed in its file. Throws Error: invalid_argument without a role, or
  /// when the file can't be read; what Sts throws.
  Finding find(const std::stop_token& stop) override;

 private:
  std::optional<PlacedSetting> setting(const char* variable, const char* name) const;

  const World& world_;
  const ProfileFiles& files_;
  const Sts& sts_;
  const Profile profile_;
};

}  // namespace s3c::aws
