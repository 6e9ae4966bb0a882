// "custom-process": a program that prints credentials as JSON (credential_process).
#pragma once

#include <string>

#include "aws/credentials_source.h"
#include "aws/world.h"

namespace s3c::aws {

class ProcessSource final : public CredentialsSource {
 public:
  /// world and files outlive it.
  ProcessSource(const World& world, const ProfileFiles& files, std::string profile)
      : world_(world), files_(files), profile_(std::move(profile)) {}

  std::string_view name() const override { return "custom-process"; }
  /// Throws Error: access_denied when the program fails; corrupt when its output isn't what it should be;
  /// what ProcessRunner throws.
  Finding find(const std::stop_token& stop) override;

 private:
  const World& world_;
  const ProfileFiles& files_;
  const std::string profile_;
};

}  // namespace s3c::aws
