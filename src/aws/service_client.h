// Requests to the AWS services that give out credentials: STS and the two of IAM Identity Center. Knows their
// end points, tries again where that helps, and understands their errors. Any thread.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "aws/world.h"
#include "base/error.h"

namespace s3c::aws {

enum class Service { sts, sso, sso_oidc };

struct ServiceError {
  std::string code;
  std::string message;
};

class ServiceClient {
 public:
  /// profile: whose settings say where the services are. world and files outlive it. max_attempts: how often
  /// a request is tried.
  ServiceClient(const World& world, const ProfileFiles& files, std::string profile, int max_attempts)
      : world_(world), files_(files), profile_(std::move(profile)), max_attempts_(max_attempts) {}

  /// Without '/' at the end. Throws Error: invalid_argument for settings that can't be right.
  std::string url(Service service, const std::string& region) const;

  /// Sends a request that may be repeated, and returns the answer, whatever its status. Throws as
  /// Transport::send() does, when no try got an answer.
  http::Response send(const http::Request& request, const std::stop_token& stop) const;

  base::Timestamp now() const { return world_.clock.now(); }

 private:
  const World& world_;
  const ProfileFiles& files_;
  const std::string profile_;
  const int max_attempts_;
};

/// What an answer in XML or JSON says went wrong. Empty fields: it doesn't say.
ServiceError service_error(const http::Response& answer);

/// Throws the error of an answer that isn't a success. what: what was asked, of whom. secrets: texts that are
/// taken out of the service's message. remedy: what to do, if the service doesn't say it.
[[noreturn]] void fail_with(const http::Response& answer, std::string_view what,
                            std::initializer_list<std::string_view> secrets, std::string_view remedy = {});

/// text with stars in the place of each secret, also where it is spelled as in URLs, forms or JSON.
std::string without_secrets(std::string text, std::initializer_list<std::string_view> secrets);

}  // namespace s3c::aws
