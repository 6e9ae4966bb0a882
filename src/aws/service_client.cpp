#include "aws/service_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <random>

#include "aws/credentials.h"
#include "aws/endpoint.h"
#include "aws/settings.h"
#include "base/backoff.h"
#include "base/encoding.h"
#include "base/entropy.h"
#include "base/text.h"

namespace s3c::aws {
namespace {

using base::Error;
using base::ErrorKind;

/// These services answer within a second. A network that swallows packets is noticed after that time.
constexpr std::chrono::seconds kAnswerTimeLimit{10};
/// An error document has some hundred bytes.
constexpr std::size_t kMaxErrorBody_bytes = 64 << 10;

/// Source: AWS STS API Reference, "Common Error Types" and the errors of AssumeRoleWithWebIdentity.
constexpr std::array<std::string_view, 8> kPassing = {"IDPCommunicationError",
                                                      "InternalFailure",
                                                      "RequestLimitExceeded",
                                                      "ServiceUnavailable",
                                                      "SlowDown",
                                                      "Throttling",
                                                      "ThrottlingException",
                                                      "TooManyRequestsException"};

bool may_pass(const http::Response& answer) {
  if (answer.status >= 200 && answer.status < 300) return false;
  if (answer.status >= 500 || answer.status == 429 || answer.status == 408) return true;
  const std::string code = service_error(answer).code;
  return std::find(kPassing.begin(), kPassing.end(), code) != kPassing.end();
}

ErrorKind kind_of(const http::Response& answer) {
  if (may_pass(answer)) return ErrorKind::transient;
  if (answer.status == 401 || answer.status == 403) return ErrorKind::access_denied;
  const std::string code = service_error(answer).code;
  const bool denied = code.starts_with("Expired") || code.starts_with("InvalidIdentityToken") ||
                      code.starts_with("InvalidClientTokenId") || code.starts_with("IDPRejectedClaim");
  return denied ? ErrorKind::access_denied : ErrorKind::invalid_argument;
}

ServiceError xml_error(const std::string& body) {
  pugi::xml_document document;
  if (!document.load_buffer(body.data(), body.size())) return {};
  pugi::xml_node error = document.document_element();
  if (pugi::xml_node inner = error.child("Error")) error = inner;
  return {error.child_value("Code"), error.child_value("Message")};
}

ServiceError json_error(const http::Response& answer) {
  const auto document = nlohmann::json::parse(answer.body, nullptr, false);
  if (!document.is_object()) return {};
  const auto first = [&](std::initializer_list<const char*> names) -> std::string {
    for (const char* name : names) {
      const auto found = document.find(name);
      if (found != document.end() && found->is_string()) return found->get<std::string>();
    }
    return {};
  };
  ServiceError error{std::string(answer.headers.find("x-amzn-errortype").value_or("")),
                     first({"message", "Message", "error_description"})};
  if (error.code.empty()) error.code = first({"__type", "code", "error"});
  // "com.amazonaws.sso#UnauthorizedException" and "UnauthorizedException:http://..."
  if (const std::size_t hash = error.code.find('#'); hash != std::string::npos) error.code.erase(0, hash + 1);
  error.code.resize(std::min(error.code.find(':'), error.code.size()));
  return error;
}

/// The number of characters at the start of text that are the one character c, in a spelling of URLs, forms or JSON, or as
/// it is. 0: something else is there.
std::size_t length_spelled(std::string_view text, char c) {
  constexpr std::array<std::string_view, 4> kBeforeHex = {"%", "%25", "\\u00", "\\\\u00"};
  const auto code = static_cast<unsigned char>(c);
  for (const std::string_view before : kBeforeHex) {
    if (text.starts_with(before) && base::lower(text.substr(before.size(), 2)) == fmt::format("{:02x}", code))
      return before.size() + 2;
  }
  const std::size_t escapes = std::min(text.find_first_not_of('\\'), text.size());
  if (escapes < text.size() && escapes != 0 && text[escapes] == c) return escapes + 1;
  if (c == ' ' && text.starts_with('+')) return 1;
  return text.starts_with(c) ? 1 : 0;
}

/// The number of characters at the start of text that spell secret. 0: they don't.
std::size_t length_encoded(std::string_view text, std::string_view secret) {
  std::size_t length = 0;
  for (const char c : secret) {
    const std::size_t more = length_spelled(text.substr(length), c);
    if (more == 0) return 0;
    length += more;
  }
  return std::min(length, text.size());
}

/// Puts stars in the place of what length_at() finds: it returns how much of the text that it is given is secret.
template <typename LengthAt>
void mask(std::string& text, LengthAt length_at) {
  constexpr std::string_view kInstead = "***";
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::size_t length = length_at(std::string_view(text).substr(at));
    if (length == 0) continue;
    text.replace(at, length, kInstead);
    at += kInstead.size() - 1;
  }
}

}  // namespace

std::string ServiceClient::url(Service service, const std::string& region) const {
  const char* const name = service == Service::sts ? "sts" : service == Service::sso ? "sso" : "sso_oidc";
  std::string found;
  if (const auto set = configured_endpoint(world_.environment, files_, profile_, name)) {
    found = set->value;
    const Endpoint check({.url = found, .place = set->place});  // throws if it is no end point
  } else {
    const auto is_on = [this](const char* variable, const char* setting) {
      const auto by_variable = first_variable(world_.environment, {variable});
      return is_true(by_variable ? by_variable : files_.placed(profile_, setting), setting);
    };
    const char* const host = service == Service::sts   ? "sts"
                             : service == Service::sso ? "portal.sso"
                                                       : "oidc";
    found = service_url(host, region, is_on("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"),
                        is_on("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"));
  }
  while (found.ends_with('/')) found.pop_back();
  return found;
}

http::Response ServiceClient::send(const http::Request& request, const std::stop_token& stop) const {
  std::minstd_rand random{base::random_seed()};
  http::Request timed = request;
  timed.time_limit = kAnswerTimeLimit;
  for (int tried = 1;; ++tried) {
    const bool is_last = tried >= max_attempts_;
    std::string trouble;
    try {
      http::Response answer = world_.transport.send(timed, {}, stop);
      if (is_last || !may_pass(answer)) return answer;
      trouble = fmt::format("HTTP {}", answer.status);
    } catch (const Error& error) {
      if (is_last || error.kind() != ErrorKind::transient) throw;
      trouble = base::printable(error.message());
    }
    const auto delay = base::Backoff{}.delay(tried, random);
    // The path may not be told: it is the caller's business what is in it.
    world_.log.info("{}: {}; tried again after {} ms", kFindCredentials, trouble, delay.count());
    if (!world_.clock.sleep_for(delay, stop))
      throw Error(ErrorKind::cancelled, "stopped while credentials were looked for");
  }
}

ServiceError service_error(const http::Response& answer) {
  if (answer.body.size() > kMaxErrorBody_bytes) return {};
  const std::size_t start = answer.body.find_first_not_of(" \t\r\n");
  if (start == std::string::npos) return {};
  return answer.body[start] == '<' ? xml_error(answer.body) : json_error(answer);
}

std::string without_secrets(std::string text, std::initializer_list<std::string_view> secrets) {
  constexpr std::size_t kShortest = 4;  // what is shorter is no secret, and stands in many words
  for (const std::string_view secret : secrets) {
    if (secret.size() < kShortest) continue;
    mask(text, [secret](std::string_view rest) { return rest.starts_with(secret) ? secret.size() : 0; });
    mask(text, [secret](std::string_view rest) { return length_encoded(rest, secret); });
  }
  return text;
}

void fail_with(const http::Response& answer, std::string_view what,
               std::initializer_list<std::string_view> secrets, std::string_view remedy) {
  const ServiceError error = service_error(answer);
  std::string message = base::printable(without_secrets(error.message, secrets));
  while (message.ends_with('.')) message.pop_back();
  throw Error(kind_of(answer),
              fmt::format("{} failed{}{}{}{}", what, message.empty() ? "" : ": ", message,
                          remedy.empty() ? "" : "; ", remedy),
              {.operation = std::string(kFindCredentials),
               .code = base::printable(without_secrets(error.code, secrets)),
               .http_status = answer.status});
}

}  // namespace s3c::aws
