// The token of a person who has signed in by "aws sso login": it lies in a cache file that the AWS CLI wrote.
#pragma once

#include <optional>
#include <string>

#include "aws/service_client.h"
#include "aws/world.h"

namespace s3c::aws {

/// Where a profile's person signs in.
struct SsoLogin {
  std::string session;  ///< the name of the sso-session section; empty: the older form, without one
  std::string start_url;
  std::string region;
  std::string remedy;  ///< what to do when there is no valid token, for errors
};

class SsoTokens {
 public:
  /// Both outlive it.
  SsoTokens(const World& world, const ServiceClient& client) : world_(world), client_(client) {}

  /// The access token. Renews a token of a session that is about to expire by its refresh token, and writes
  /// it to the cache file. Throws Error: access_denied, with the remedy, when there is no token or it has
  /// expired; corrupt when the cache file isn't one.
  std::string access_token(const SsoLogin& login, const std::stop_token& stop) const;

 private:
  /// nullopt: it can't be renewed; a warning says why if it should have been.
  std::optional<std::string> renewed(const SsoLogin& login, const std::string& path, const std::string& text,
                                     const std::stop_token& stop) const;

  const World& world_;
  const ServiceClient& client_;
};

}  // namespace s3c::aws
