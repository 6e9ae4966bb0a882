// "env": keys in environment variables.
#pragma once

#include "aws/credentials_source.h"
#include "aws/world.h"

namespace s3c::aws {

class EnvironmentSource final : public CredentialsSource {
 public:
  explicit EnvironmentSource(Environment environment) : environment_(std::move(environment)) {}

  std::string_view name() const override { return "env"; }
  /// Throws Error: invalid_argument if only one of the two keys is set, or the expiry is no time.
  Finding find(const std::stop_token& stop) override;

 private:
  const Environment environment_;
};

}  // namespace s3c::aws
