#include "aws/web_identity_source.h"

#include <fmt/format.h>

#include "aws/settings.h"
#include "aws/small_file.h"
#include "base/error.h"

namespace s3c::aws {
namespace {

[[noreturn]] void refuse_identity(std::string message) {
  throw base::Error(base::ErrorKind::invalid_argument, std::move(message),
                    {.operation = std::string(kFindCredentials)});
}

}  // namespace

std::optional<PlacedSetting> WebIdentitySource::setting(const char* variable, const char* name) const {
  if (!profile_.is_explicit) {
    if (auto found = first_variable(world_.environment, {variable})) return found;
  }
  return files_.placed(profile_.name, name);
}

Finding WebIdentitySource::find(const std::stop_token& stop) {
  const auto file = setting("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
  if (!file) {
    return Passed{fmt::format("{}profile '{}' has no web_identity_token_file",
                              profile_.is_explicit ? "" : "AWS_WEB_IDENTITY_TOKEN_FILE is not set, and ",
                              profile_.name)};
  }
  const auto role = setting("AWS_ROLE_ARN", "role_arn");
  if (!role) {
    refuse_identity(
        fmt::format("{} names a web identity's token file, but neither AWS_ROLE_ARN nor role_arn "
                    "of profile '{}' names the role for it: set one of them",
                    file->place, profile_.name));
  }
  const std::string what = fmt::format("the web identity's token file '{}' ({})", file->value, file->place);
  const SmallFile token = read_small_file(expand_home(world_.environment, file->value));
  if (!token.text) refuse_identity(fmt::format("{} can't be read: {}", what, token.why_not));
  if (token.text->empty()) refuse_identity(fmt::format("{} is empty", what));
  const auto session = setting("AWS_ROLE_SESSION_NAME", "role_session_name");
  try {
    return sts_.assume_role_with_web_identity(
        {.role_arn = role->value,
         .session_name = session ? session->value : default_session_name(world_.clock.now())},
        *token.text, stop);
  } catch (const base::Error& error) {
    if (error.kind() == base::ErrorKind::cancelled) throw;
    throw base::Error(error.kind(), fmt::format("{}: {}", what, error.message()), error.context());
  }
}

}  // namespace s3c::aws
