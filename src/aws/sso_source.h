// "sso": a role of IAM Identity Center, for a person who has signed in by "aws sso login".
#pragma once

#include <optional>
#include <string>

#include "aws/credentials_source.h"
#include "aws/sso_token.h"
#include "aws/world.h"

namespace s3c::aws {

class SsoSource final : public CredentialsSource {
 public:
  /// world, files and client outlive it.
  SsoSource(const World& world, const ProfileFiles& files, const ServiceClient& client, std::string profile)
      : files_(files), client_(client), tokens_(world, client), profile_(std::move(profile)) {}

  std::string_view name() const override { return "sso"; }
  /// Throws Error: invalid_argument for settings that are missing or contradict each other; access_denied
  /// when the person has to sign in again, or may not have the role; transient when the service doesn't
  /// answer; corrupt when its answer isn't one.
  Finding find(const std::stop_token& stop) override;

 private:
  std::optional<PlacedSetting> setting(const std::string& name) const;
  PlacedSetting required(const std::string& name) const;
  SsoLogin login() const;
  std::string session() const;

  const ProfileFiles& files_;
  const ServiceClient& client_;
  const SsoTokens tokens_;
  const std::string profile_;
};

}  // namespace s3c::aws
