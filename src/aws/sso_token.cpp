#include "aws/sso_token.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "aws/json_document.h"
#include "aws/small_file.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"

namespace s3c::aws {
namespace {

using base::Error;
using base::ErrorKind;

/// As the AWS CLI.
constexpr std::chrono::minutes kRenewBefore{15};

[[noreturn]] void refuse_sso(ErrorKind kind, std::string message) {
  throw Error(kind, std::move(message), {.operation = std::string(kFindCredentials)});
}

std::string cache_path(const World& world, const SsoLogin& login) {
  base::Digest digest = base::Digest::sha1();
  digest.update(login.session.empty() ? login.start_url : login.session);
  return fmt::format("{}/.aws/sso/cache/{}.json", world.variable("HOME"), base::to_hex(digest.finish()));
}

/// Replaces the file at once, so that no reader sees half of it. Readable by its owner only. False: it can't
/// be written.
bool replace_file(const std::string& path, const std::string& text) {
  std::string temporary = path + ".XXXXXX";
  const int file = ::mkstemp(temporary.data());
  if (file < 0) return false;
  const bool whole = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool closed = ::close(file) == 0;
  if (whole && closed && std::rename(temporary.c_str(), path.c_str()) == 0) return true;
  ::unlink(temporary.c_str());
  return false;
}

}  // namespace

std::string SsoTokens::access_token(const SsoLogin& login, const std::stop_token& stop) const {
  const std::string path = cache_path(world_, login);
  const SmallFile file = read_small_file(path);
  if (!file.text) {
    refuse_sso(ErrorKind::access_denied,
               fmt::format("nobody has signed in ('{}': {}): {}", path, file.why_not, login.remedy));
  }
  const std::string& text = *file.text;
  const JsonDocument token(text, fmt::format("the token file '{}'", path));
  std::string access_token = token.required_text("accessToken");
  const base::Timestamp expires_at = token.required_time("expiresAt");
  const base::Timestamp now = world_.clock.now();
  if (!login.session.empty() && expires_at - now < kRenewBefore) {
    if (auto newer = renewed(login, path, text, stop)) return *std::move(newer);
  }
  if (expires_at <= now) {
    refuse_sso(ErrorKind::access_denied, fmt::format("the sign-in has expired at {}: {}",
                                                     base::format_iso8601(expires_at), login.remedy));
  }
  return access_token;
}

std::optional<std::string> SsoTokens::renewed(const SsoLogin& login, const std::string& path,
                                              const std::string& text, const std::stop_token& stop) const {
  JsonDocument token(text, fmt::format("the token file '{}'", path));
  for (const char* name : {"refreshToken", "clientId", "clientSecret", "registrationExpiresAt"}) {
    if (!token.text(name)) return std::nullopt;
  }
  if (token.required_time("registrationExpiresAt") <= world_.clock.now()) return std::nullopt;
  const std::string refresh_token = token.required_text("refreshToken");
  const std::string client_secret = token.required_text("clientSecret");
  JsonDocument question("{}", "the request for a token");
  question.set("grantType", "refresh_token");
  question.set("clientId", token.required_text("clientId"));
  question.set("clientSecret", client_secret);
  question.set("refreshToken", refresh_token);
  const std::string body = question.dump();
  http::Request request{
      .method = "POST", .url = client_.url(Service::sso_oidc, login.region) + "/token", .body = body};
  request.headers.add("Content-Type", "application/json");
  try {
    const http::Response answer = client_.send(request, stop);
    const std::string what = "the renewal of the sign-in";
    if (answer.status != 200) fail_with(answer, what, {refresh_token, client_secret});
    const JsonDocument document(answer.body, "the answer to " + what);
    const std::string access_token = document.required_text("accessToken");
    const auto life = std::chrono::seconds(document.required_number("expiresIn"));
    token.set("accessToken", access_token);
    std::string expires_at = base::format_iso8601(world_.clock.now() + life);
    expires_at.replace(expires_at.find('.'), std::string::npos, "Z");  // as the AWS CLI writes it
    token.set("expiresAt", expires_at);
    if (const auto next = document.text("refreshToken")) token.set("refreshToken", *next);
    if (!replace_file(path, token.dump()))
      world_.log.warn("the renewed sign-in can't be written to '{}': the next program has to renew it again",
                      path);
    return access_token;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    world_.log.warn("the sign-in could not be renewed: {}", error.what());
    return std::nullopt;
  }
}

}  // namespace s3c::aws
