#include "aws/environment_source.h"

#include <fmt/format.h>

#include "aws/expiry.h"
#include "base/error.h"

namespace s3c::aws {

Finding EnvironmentSource::find(const std::stop_token&) {
  const auto variable = [this](const char* name) { return environment_(name).value_or(""); };
  const auto refuse = [](std::string message) {
    throw base::Error(base::ErrorKind::invalid_argument, std::move(message),
                      {.operation = std::string(kFindCredentials)});
  };
  Credentials found{variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY")};
  if (found.access_key_id.empty() && found.secret_access_key.empty())
    return Passed{"AWS_ACCESS_KEY_ID is not set"};
  if (found.access_key_id.empty() || found.secret_access_key.empty()) {
    const bool no_id = found.access_key_id.empty();
    refuse(fmt::format("{} is set in the environment and {} is not: set both or neither",
                       no_id ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID",
                       no_id ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY"));
  }
  // The older name comes first, as for the AWS CLI.
  const char* token = "AWS_SECURITY_TOKEN";
  if (variable(token).empty()) token = "AWS_SESSION_TOKEN";
  found.session_token = variable(token);
  if (const std::string expiry = variable("AWS_CREDENTIAL_EXPIRATION"); !expiry.empty()) {
    found.expires_at = parse_expiry(expiry);
    if (!found.expires_at) refuse("AWS_CREDENTIAL_EXPIRATION is no time such as 2018-04-01T12:00:00Z");
  }
  validate(found, "the environment", {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", token});
  return found;
}

}  // namespace s3c::aws
