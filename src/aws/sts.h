// AWS Security Token Service: the three calls that we make. Source: AWS STS API Reference, version
// 2011-06-15. Any thread.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "aws/credentials.h"
#include "aws/service_client.h"

namespace s3c::aws {

struct RoleRequest {
  std::string role_arn;
  std::string session_name;
  std::string external_id = {};  ///< empty: none
  std::string mfa_serial = {};   ///< with token_code
  std::string token_code = {};   ///< of the MFA device
  std::optional<int> duration_s = {};
};

struct CallerIdentity {
  std::string account;
  std::string arn;
};

class Sts {
 public:
  /// client outlives it. region: whose end point is asked, and for which requests are signed.
  Sts(const ServiceClient& client, std::string region) : client_(client), region_(std::move(region)) {}

  /// Each throws Error, without a secret: access_denied and invalid_argument when STS refuses, transient when
  /// it doesn't answer, corrupt when its answer isn't one.
  Credentials assume_role(const RoleRequest& role, const Credentials& as, const std::stop_token& stop) const;
  Credentials assume_role_with_web_identity(const RoleRequest& role, const std::string& token,
                                            const std::stop_token& stop) const;
  CallerIdentity caller_identity(const Credentials& of, const std::stop_token& stop) const;

 private:
  using Parameters = std::vector<std::pair<std::string, std::string>>;
  /// as: nullptr: the request isn't signed. what: for errors.
  http::Response call(Parameters parameters, const Credentials* as, const std::string& what,
                      const std::stop_token& stop) const;

  const ServiceClient& client_;
  const std::string region_;
};

/// What IAM Identity Center, STS and the rest are told that we are: unique enough for a log of them.
std::string default_session_name(base::Timestamp now);

}  // namespace s3c::aws
