#include "aws/sso_source.h"

#include <fmt/format.h>

#include <chrono>

#include "aws/endpoint.h"
#include "aws/json_document.h"
#include "aws/settings.h"
#include "base/encoding.h"
#include "base/error.h"

namespace s3c::aws {
namespace {

using base::Error;
using base::ErrorKind;

[[noreturn]] void refuse_sso_settings(std::string message) {
  throw Error(ErrorKind::invalid_argument, std::move(message), {.operation = std::string(kFindCredentials)});
}

}  // namespace

std::string SsoSource::session() const {
  return files_.setting(profile_, "sso_session").value_or("");
}

/// A setting of the profile, or of the sso-session that it names.
std::optional<PlacedSetting> SsoSource::setting(const std::string& name) const {
  auto own = files_.placed(profile_, name);
  const auto session = files_.placed(profile_, "sso_session");
  if (!session) return own;
  const ProfileSection* section = files_.config_section("sso-session", session->value);
  if (section == nullptr) {
    refuse_sso_settings(
        fmt::format("profile '{}' names sso_session '{}' ({}), but '{}' has no section "
                    "[sso-session {}]",
                    profile_, session->value, session->place, files_.config_path, session->value));
  }
  const auto at = section->find(name);
  if (at == section->end() || at->second.value.empty()) return own;
  const std::string place = fmt::format("{}:{}", files_.config_path, at->second.line);
  if (own && own->value != at->second.value) {
    refuse_sso_settings(
        fmt::format("{} of profile '{}' ({}) contradicts that of its sso-session ({}): remove one", name,
                    profile_, own->place, place));
  }
  return PlacedSetting{at->second.value, place};
}

PlacedSetting SsoSource::required(const std::string& name) const {
  auto found = setting(name);
  if (!found) {
    refuse_sso_settings(
        fmt::format("profile '{}' gets its credentials by SSO, but has no {}: add it to '{}', or "
                    "run 'aws configure sso'",
                    profile_, name, files_.config_path));
  }
  return *std::move(found);
}

SsoLogin SsoSource::login() const {
  const PlacedSetting region = required("sso_region");
  check_region(region);
  return {
      .session = session(),
      .start_url = required("sso_start_url").value,
      .region = region.value,
      .remedy = fmt::format("run 'aws sso login' for profile '{}', then the same command again", profile_)};
}

Finding SsoSource::find(const std::stop_token& stop) {
  if (!files_.setting(profile_, "sso_account_id") && !files_.setting(profile_, "sso_role_name"))
    return Passed{fmt::format("profile '{}' has no sso_account_id", profile_)};
  const SsoLogin login = this->login();
  const std::string account = required("sso_account_id").value;
  const std::string role = required("sso_role_name").value;
  std::string token;
  try {
    token = tokens_.access_token(login, stop);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    throw Error(error.kind(), fmt::format("SSO of profile '{}': {}", profile_, error.message()),
                error.context());
  }
  http::Request request{.method = "GET",
                        .url = client_.url(Service::sso, login.region) + "/federation/credentials?" +
                               encode_query({{"role_name", role}, {"account_id", account}})};
  request.headers.add("x-amz-sso_bearer_token", token);
  const std::string what = fmt::format("SSO of profile '{}': role {} of account {}", profile_,
                                       base::printable(role), base::printable(account));
  http::Response answer;
  try {
    answer = client_.send(request, stop);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    throw Error(error.kind(), fmt::format("{}: no answer: {}", what, error.message()),
                {.operation = std::string(kFindCredentials), .code = error.context().code});
  }
  if (answer.status == 401) {
    throw Error(ErrorKind::access_denied,
                fmt::format("{}: the sign-in isn't valid any more: {}", what, login.remedy),
                {.operation = std::string(kFindCredentials), .http_status = answer.status});
  }
  if (answer.status != 200) fail_with(answer, what, {token});
  const JsonDocument found = JsonDocument(answer.body, "the answer to " + what).object("roleCredentials");
  Credentials credentials{found.required_text("accessKeyId"), found.required_text("secretAccessKey"),
                          found.required_text("sessionToken"),
                          base::Timestamp(std::chrono::milliseconds(found.required_number("expiration")))};
  validate(credentials, what);
  return credentials;
}

}  // namespace s3c::aws
