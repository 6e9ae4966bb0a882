#include "aws/instance_source.h"

#include <fmt/format.h>

#include <utility>

#include "aws/endpoint.h"
#include "aws/json_document.h"
#include "aws/partition.h"
#include "aws/service_client.h"
#include "aws/settings.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/text.h"

namespace s3c::aws {
namespace {

using base::Error;
using base::ErrorKind;

constexpr const char* kRolePath = "/latest/meta-data/iam/security-credentials/";
constexpr const char* kRegionPath = "/latest/meta-data/placement/region";
/// Credentials that the service should have renewed and hasn't count for that time more.
constexpr std::chrono::minutes kGrace{5};

int whole_number(const std::optional<PlacedSetting>& setting, const char* name, int otherwise) {
  if (!setting) return otherwise;
  const auto number = base::parse_number<int>(setting->value);
  if (!number || *number < 1 || *number > 1000)
    refuse_setting(*setting, name, "not a whole number from 1 to 1000");
  return *number;
}

/// Whether another request may get another answer.
bool may_pass(int status) {
  return status >= 500 || status == 429;
}

}  // namespace

std::optional<PlacedSetting> InstanceSource::setting(const char* variable, const char* name) const {
  if (auto found = first_variable(world_.environment, {variable})) return found;
  return files_.placed(profile_, name);
}

InstanceSource::Settings InstanceSource::settings() const {
  Settings settings;
  const auto mode_setting =
      setting("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode");
  const std::string mode = mode_setting ? base::lower(mode_setting->value) : "";
  if (!mode.empty() && mode != "ipv4" && mode != "ipv6")
    refuse_setting(*mode_setting, "ec2_metadata_service_endpoint_mode", "not IPv4 or IPv6");
  const bool ipv6 = mode == "ipv6" ||
                    (mode.empty() && is_true(setting("AWS_IMDS_USE_IPV6", "imds_use_ipv6"), "imds_use_ipv6"));
  settings.url = ipv6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
  if (const auto url = setting("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint")) {
    settings.url = url->value;
    const Endpoint check({.url = url->value, .place = url->place});  // throws if it is no end point
  }
  while (settings.url.ends_with('/')) settings.url.pop_back();
  settings.time_limit = std::chrono::seconds(whole_number(
      setting("AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout"), "metadata_service_timeout", 1));
  settings.tries = whole_number(setting("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts"),
                                "metadata_service_num_attempts", 1);
  settings.without_v1 = is_true(setting("AWS_EC2_METADATA_V1_DISABLED", "ec2_metadata_v1_disabled"),
                                "ec2_metadata_v1_disabled");
  return settings;
}

InstanceSource::NoAnswer InstanceSource::no_answer(const Settings& settings, const Error& error) {
  const std::string& code = error.context().code;
  const bool timed_out = code == http::kTimedOut;
  return {.why = fmt::format("{} doesn't answer: {}", settings.url, base::printable(error.message())),
          .timed_out = timed_out,
          .is_final = !timed_out,
          // Somebody took the request, and broke the connection.
          .may_pass = error.worth_retrying() && code.empty()};
}

InstanceSource::Answer InstanceSource::session_token(const Settings& settings,
                                                     const std::stop_token& stop) const {
  http::Request request{.method = "PUT",
                        .url = settings.url + "/latest/api/token",
                        .time_limit = settings.time_limit,
                        .direct = true};
  request.headers.add("x-aws-ec2-metadata-token-ttl-seconds", "21600");
  NoAnswer last;
  for (int tried = 0; tried < settings.tries; ++tried) {
    try {
      http::Response answer = world_.transport.send(request, {}, stop);
      if (answer.status == 200) return std::move(answer.body);
      // A service or a proxy that knows no tokens: version 1, as the AWS CLI.
      if (answer.status == 403 || answer.status == 404 || answer.status == 405) return std::string();
      last = {.why = fmt::format("{} answers {} to the request for a token", settings.url, answer.status),
              .may_pass = may_pass(answer.status)};
      last.is_final = answer.status == 400;
      if (last.is_final) return last;
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      last = no_answer(settings, error);
    }
  }
  return last;
}

InstanceSource::Answer InstanceSource::get(const Settings& settings, const std::string& path,
                                           const std::string& token, std::string_view what,
                                           const std::stop_token& stop) const {
  http::Request request{
      .method = "GET", .url = settings.url + path, .time_limit = settings.time_limit, .direct = true};
  if (!token.empty()) request.headers.add("x-aws-ec2-metadata-token", token);
  NoAnswer last;
  for (int tried = 0; tried < settings.tries; ++tried) {
    try {
      http::Response answer = world_.transport.send(request, {}, stop);
      if (answer.status == 200 && !answer.body.empty()) return std::move(answer.body);
      last = {.why = answer.status == 404 && path == kRolePath
                         ? fmt::format("the instance has no role ({} answers 404)", settings.url)
                         : fmt::format("{} answers {}{} to the request for {}", settings.url, answer.status,
                                       answer.body.empty() ? " without a text" : "", what),
              .may_pass = may_pass(answer.status)};
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      last = no_answer(settings, error);
      last.may_pass |= last.timed_out && !token.empty();  // it is there: it gave the token
    }
  }
  return last;
}

Credentials InstanceSource::with_usable_expiry(Credentials found) const {
  const base::Timestamp now = world_.clock.now();
  if (*found.expires_at > now) return found;
  // EC2 goes on accepting them while its service is in trouble.
  world_.log.warn(
      "the instance's credentials have expired, and its metadata service has no newer ones yet: "
      "they are used, and asked for again in {} minutes",
      kGrace.count());
  found.expires_at = now + kGrace;
  return found;
}

InstanceSource::Access InstanceSource::access(const Settings& settings, const std::stop_token& stop) const {
  Access found{session_token(settings, stop)};
  if (const auto* none = std::get_if<NoAnswer>(&found.token)) {
    if (none->timed_out) {
      found.hint =
          "; in a container on an instance, the instance's metadata hop limit must be 2 "
          "(HttpPutResponseHopLimit)";
    }
    // A service that is there and gives no token is asked as version 1, as by the AWS CLI.
    if (!none->is_final && !settings.without_v1) found.token = std::string();
  } else if (std::get<std::string>(found.token).empty() && settings.without_v1) {
    found.token =
        NoAnswer{.why = fmt::format("{} gives no token (IMDSv2), and version 1 is disabled", settings.url)};
  }
  return found;
}

std::optional<std::string> InstanceSource::region(const std::stop_token& stop) const {
  if (is_disabled()) return std::nullopt;
  const Settings with = settings();
  const Access found = access(with, stop);
  const auto* token = std::get_if<std::string>(&found.token);
  if (token == nullptr) return std::nullopt;
  const Answer answer = get(with, kRegionPath, *token, "the region", stop);
  if (std::holds_alternative<NoAnswer>(answer)) return std::nullopt;
  std::string region(base::trim(std::get<std::string>(answer), " \t\r\n"));
  if (!is_region(region)) return std::nullopt;
  return region;
}

bool InstanceSource::is_disabled() const {
  return base::lower(world_.variable("AWS_EC2_METADATA_DISABLED")) == "true";
}

Finding InstanceSource::find(const std::stop_token& stop) {
  if (is_disabled()) return Passed{"AWS_EC2_METADATA_DISABLED is true"};
  const Settings with = settings();
  const Access found = access(with, stop);
  if (const auto* none = std::get_if<NoAnswer>(&found.token))
    return Passed{none->why + found.hint, none->may_pass};
  const std::string& token = std::get<std::string>(found.token);

  const Answer role = get(with, kRolePath, token, "the role's name", stop);
  if (const auto* none = std::get_if<NoAnswer>(&role)) return Passed{none->why + found.hint, none->may_pass};
  std::string name(base::trim(std::get<std::string>(role), " \t\r\n"));
  name.resize(std::min(name.find('\n'), name.size()));
  const Answer answer = get(with, kRolePath + base::percent_encode(name), token, "its credentials", stop);
  if (const auto* none = std::get_if<NoAnswer>(&answer))
    return Passed{none->why + found.hint, none->may_pass};
  try {
    const JsonDocument document(std::get<std::string>(answer), fmt::format("the answer of {} for role '{}'",
                                                                           with.url, base::printable(name)));
    if (const auto code = document.text("Code"); code && *code != "Success") {
      return Passed{
          fmt::format("{} refuses the credentials of role '{}': {}: {}", with.url, base::printable(name),
                      base::printable(*code),
                      base::printable(without_secrets(document.text("Message").value_or(""), {token})))};
    }
    return with_usable_expiry(temporary_credentials(document));
  } catch (const Error& error) {
    return Passed{error.message(), error.worth_retrying()};
  }
}

}  // namespace s3c::aws
