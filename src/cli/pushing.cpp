#include "cli/pushing.h"

#include <fmt/format.h>

#include <chrono>

#include "aws/endpoint.h"
#include "base/encoding.h"
#include "base/error.h"
#include "cli/output/metrics.h"
#include "cli/version.h"
#include "http/curl_transport.h"

namespace s3c::cli {
namespace {

/// A gateway that hangs must not hold the end of a run.
constexpr std::chrono::seconds kPushTime{5};

PushTarget target_of(std::string_view given, const WatchSubject& subject) {
  const std::size_t host = given.find("://") + 3;
  const std::size_t path = std::min(given.find('/', host), given.size());
  std::string_view authority = given.substr(host, path - host);
  PushTarget target;
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string user = base::percent_decode(authority.substr(0, at)).value_or("");
    target.authorization = "Basic " + base::to_base64(user);
    authority.remove_prefix(at + 1);
  }
  const std::string_view rest = given.substr(path);
  target.url = fmt::format("{}{}{}", given.substr(0, host), authority,
                           rest.empty() || rest == "/" ? push_path(subject) : rest);
  return target;
}

}  // namespace

struct MetricsPush::Parts {
  Parts(PushTarget to, const std::string& ca_bundle)
      : target(std::move(to)),
        transport(curl, {.ca_bundle = ca_bundle,
                         .connect_timeout = kPushTime,
                         .pace = {},
                         .user_agent = user_agent(),
                         .max_connections = 1}) {}
  const PushTarget target;
  http::CurlGlobal curl;
  http::CurlTransport transport;
};

MetricsPush::MetricsPush(std::string_view url, const WatchSubject& subject, const std::string& ca_bundle)
    : parts_(std::make_unique<Parts>(target_of(url, subject), ca_bundle)) {}

MetricsPush::~MetricsPush() = default;

std::string MetricsPush::push(std::string_view text) {
  http::Request request{.method = "POST", .url = parts_->target.url, .body = text, .time_limit = kPushTime};
  request.headers.add("Content-Type", "text/plain; version=0.0.4");
  if (!parts_->target.authorization.empty())
    request.headers.add("Authorization", parts_->target.authorization);
  request.direct = parts_->target.url.starts_with("http://");  // on this machine
  try {
    const http::Response answer = parts_->transport.send(request, {}, {});
    if (answer.status >= 200 && answer.status < 300) return {};
    const std::string_view why =
        std::string_view(answer.body).substr(0, answer.body.find('\n')).substr(0, 200);
    return fmt::format("the gateway answers {} {}", answer.status, base::printable(why));
  } catch (const base::Error& error) {
    return error.message();
  }
}

std::string MetricsPush::place() const {
  return base::printable(parts_->target.url);
}

}  // namespace s3c::cli
