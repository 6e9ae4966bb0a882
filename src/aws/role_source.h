// "assume-role": a profile with role_arn, and with source_profile or credential_source for the credentials
// that may assume the role.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "aws/credentials_source.h"
#include "aws/sts.h"
#include "aws/world.h"

namespace s3c::aws {

/// The sources that role_arn may lead to; made anew for each use.
struct RoleSources {
  /// Those of a profile that don't assume roles, in the chain's order.
  std::function<std::vector<std::unique_ptr<CredentialsSource>>(const std::string& profile)> of_profile;
  /// By the names that credential_source takes; nullptr: there is no such source.
  std::function<std::unique_ptr<CredentialsSource>(const std::string& name)> named;
};

class RoleSource final : public CredentialsSource {
 public:
  /// world, files and sts outlive it.
  RoleSource(const World& world, const ProfileFiles& files, const Sts& sts, RoleSources sources,
             std::string profile)
      : world_(world), files_(files), sts_(sts), sources_(std::move(sources)), profile_(std::move(profile)) {}

  std::string_view name() const override { return "assume-role"; }
  /// Throws Error, which names profile, file and line: invalid_argument for settings that can't be right, a
  /// circle of profiles among them; access_denied when an MFA code is needed and nobody can be asked; what
  /// the sources and Sts throw.
  Finding find(const std::stop_token& stop) override;

 private:
  using Path = std::vector<std::string>;  ///< the profiles on the way, the first one is ours

  bool assumes_role(const std::string& profile) const;
  bool has_keys(const std::string& profile) const;
  Credentials assume(const Path& path, const std::stop_token& stop);
  Credentials of_source_profile(const Path& path, const PlacedSetting& source, const std::stop_token& stop);
  Credentials of_named_source(const std::string& profile, const PlacedSetting& source,
                              const std::stop_token& stop) const;
  RoleRequest request_of(const std::string& profile, const std::stop_token& stop);

  const World& world_;
  const ProfileFiles& files_;
  const Sts& sts_;
  const RoleSources sources_;
  const std::string profile_;
  bool has_searched_ = false;
  bool may_ask_ = false;  ///< for MFA codes, which hold once: only at the first search
};

}  // namespace s3c::aws
