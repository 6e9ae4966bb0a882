// "container-role": the credentials endpoint of a container: ECS, EKS Pod Identity, and what behaves like
// them.
#pragma once

#include <string>

#include "aws/credentials_source.h"
#include "aws/world.h"

namespace s3c::aws {

class ContainerSource final : public CredentialsSource {
 public:
  /// world outlives it.
  explicit ContainerSource(const World& world) : world_(world) {}

  std::string_view name() const override { return "container-role"; }
  /// Throws Error: invalid_argument for a host that may not see the authorization token, or a token that
  /// can't be sent; access_denied when the endpoint refuses; transient when it doesn't answer three times;
  /// corrupt when its answer isn't one.
  Finding find(const std::stop_token& stop) override;

 private:
  http::Response ask(const http::Request& request, const std::string& what, const std::string& token,
                     const std::stop_token& stop) const;

  const World& world_;
};

/// Whether a token may be sent to url: over TLS anywhere; else only to this machine and to the addresses that
/// ECS and EKS use.
bool may_see_container_token(const std::string& url);

}  // namespace s3c::aws
