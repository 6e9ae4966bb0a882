#include "aws/container_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "aws/endpoint.h"
#include "aws/json_document.h"
#include "aws/service_client.h"
#include "aws/small_file.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/text.h"

namespace s3c::aws {
namespace {

using base::Error;
using base::ErrorKind;

constexpr const char* kRelative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
constexpr const char* kFull = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
constexpr const char* kToken = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
constexpr const char* kTokenFile = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

// As botocore.
constexpr int kContainerTries = 3;
constexpr std::chrono::seconds kContainerTimeLimit{2};
constexpr std::chrono::seconds kContainerPause{1};

/// Source: AWS SDKs and Tools Reference Guide, "Container credential provider".
constexpr std::array<std::string_view, 5> kHosts = {"localhost", "169.254.170.2", "169.254.170.23",
                                                    "[fd00:ec2::23]", "[::1]"};

[[noreturn]] void refuse_container(ErrorKind kind, std::string message) {
  throw Error(kind, std::move(message), {.operation = std::string(kFindCredentials)});
}

/// "127.1.2.3": four numbers up to 255, the first of them 127.
bool is_loopback(std::string_view host) {
  for (int part = 1;; ++part) {
    const std::size_t dot = std::min(host.find('.'), host.size());
    const auto number = base::parse_number<unsigned>(host.substr(0, dot));
    if (!number || *number > 255 || dot > 3 || (part == 1 && *number != 127)) return false;
    if (dot == host.size()) return part == 4;
    if (part == 4) return false;  // "127.0.0.1.example" is a name
    host.remove_prefix(dot + 1);
  }
}

/// The token as it is now: the file may have been renewed. Empty: there is none.
std::string authorization_token(const World& world) {
  const std::string path = world.variable(kTokenFile);
  std::string token = world.variable(kToken);
  if (!path.empty()) {
    SmallFile file = read_small_file(path);
    if (!file.text) {
      refuse_container(ErrorKind::invalid_argument,
                       fmt::format("{}: '{}' can't be read: {}", kTokenFile, path, file.why_not));
    }
    token = *std::move(file.text);
  }
  if (token.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
    refuse_container(ErrorKind::invalid_argument,
                     fmt::format("the token {} has a line break, which can't be sent: write it without",
                                 path.empty() ? fmt::format("in {}", kToken) : fmt::format("in '{}'", path)));
  }
  return token;
}

/// Empty: what the endpoint says has to do.
std::string remedy_of(int status) {
  if (status == 401 || status == 403) {
    return fmt::format("check the token of {} or {}, and that this task or pod has a role", kTokenFile,
                       kToken);
  }
  if (status == 404)
    return fmt::format("check the path in {} or {}, and that this task or pod has a role", kRelative, kFull);
  return {};
}

}  // namespace

bool may_see_container_token(const std::string& url) {
  if (url.starts_with("https://")) return true;
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return false;
  const std::string_view rest = std::string_view(url).substr(kScheme.size());
  std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  const std::size_t end = host.starts_with('[') ? host.find(']') + 1 : std::min(host.find(':'), host.size());
  const std::string_view port = host.substr(end);
  if (!port.empty() && (port.front() != ':' || !base::parse_number<std::uint16_t>(port.substr(1))))
    return false;
  host = host.substr(0, end);
  return is_loopback(host) || std::find(kHosts.begin(), kHosts.end(), base::lower(host)) != kHosts.end();
}

http::Response ContainerSource::ask(const http::Request& request, const std::string& what,
                                    const std::string& token, const std::stop_token& stop) const {
  for (int tried = 1;; ++tried) {
    const bool is_last = tried == kContainerTries;
    std::string trouble;
    try {
      http::Response answer = world_.transport.send(request, {}, stop);
      if (answer.status == 200) return answer;
      const bool is_final = answer.status >= 400 && answer.status < 500 && answer.status != 429;
      if (is_last || is_final) fail_with(answer, what, {token}, remedy_of(answer.status));
      trouble = fmt::format("HTTP {}", answer.status);
    } catch (const Error& error) {
      if (error.context().operation == kFindCredentials) throw;
      // Without the URL, whose query may be a secret.
      if (error.kind() == ErrorKind::cancelled)
        throw Error(error.kind(), "stopped while credentials were looked for");
      if (is_last || error.kind() != ErrorKind::transient)
        refuse_container(error.kind(), fmt::format("{}: no answer: {}", what, error.message()));
      trouble = base::printable(error.message());
    }
    world_.log.info("{}: {}; tried again after {} s", what, trouble, kContainerPause.count());
    if (!world_.clock.sleep_for(kContainerPause, stop))
      throw Error(ErrorKind::cancelled, "stopped while credentials were looked for");
  }
}

Finding ContainerSource::find(const std::stop_token& stop) {
  const std::string relative = world_.variable(kRelative);
  const std::string full = world_.variable(kFull);
  if (relative.empty() && full.empty())
    return Passed{fmt::format("neither {} nor {} is set", kRelative, kFull)};
  const std::string url = relative.empty() ? full : "http://169.254.170.2" + relative;
  const char* const origin = relative.empty() ? kFull : kRelative;
  const std::string shown = base::printable(url_to_show(url));
  if (!relative.empty() && !relative.starts_with('/')) {
    refuse_container(ErrorKind::invalid_argument,
                     fmt::format("{} is '{}', which is no path on 169.254.170.2: it must begin with '/'",
                                 kRelative, base::printable(url_to_show(relative))));
  }
  if (!may_see_container_token(url)) {
    refuse_container(
        ErrorKind::invalid_argument,
        fmt::format("{} names '{}', which may not be asked for credentials: only this machine, "
                    "169.254.170.2, 169.254.170.23 and [fd00:ec2::23] may, or any host over https",
                    origin, shown));
  }
  const std::string token = authorization_token(world_);
  http::Request request{.method = "GET", .url = url, .time_limit = kContainerTimeLimit, .direct = true};
  request.headers.add("Accept", "application/json");
  if (!token.empty()) request.headers.add("Authorization", token);
  const std::string what = fmt::format("the container's credentials endpoint {} ({})", shown, origin);
  const http::Response answer = ask(request, what, token, stop);
  return temporary_credentials(JsonDocument(answer.body, "the answer of " + what));
}

}  // namespace s3c::aws
