#include "s3/client_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "base/encoding.h"
#include "base/error.h"
#include "base/text.h"

namespace s3c::s3 {
namespace {

[[noreturn]] void fail(std::string message) {
  throw base::Error(base::ErrorKind::invalid_argument, std::move(message),
                    {.operation = "read AWS settings"});
}

std::string first_set(std::initializer_list<std::optional<std::string>> values) {
  for (const auto& value : values) {
    if (value && !value->empty()) return *value;
  }
  return {};
}

/// "true" and "false" in any case. Throws Error: invalid_argument for anything else.
bool is_true(const std::string& text, const char* name) {
  const std::string lower = base::lower(text);
  if (lower == "true") return true;
  if (lower.empty() || lower == "false") return false;
  fail(fmt::format("{} is '{}', not true or false", name, base::printable(text)));
}

aws::Addressing parse_addressing(const std::string& text) {
  if (text.empty() || text == "auto") return aws::Addressing::automatic;
  if (text == "path") return aws::Addressing::path;
  if (text == "virtual") return aws::Addressing::virtual_host;
  fail(fmt::format("addressing_style is '{}', not auto, path or virtual", base::printable(text)));
}

std::optional<int> parse_attempts(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto value = base::parse_number<int>(text);
  if (!value || *value < 1) {
    fail(fmt::format("max_attempts is '{}', not a whole number of at least 1", base::printable(text)));
  }
  return value;
}

/// "[services x]" with "s3 =" and an indented endpoint_url, where the profile says "services = x".
std::optional<std::string> service_endpoint(const aws::ProfileFiles& files, const std::string& profile) {
  const auto services = files.setting(profile, "services");
  if (!services) return std::nullopt;
  const auto section = files.config.find("services " + *services);
  if (section == files.config.end()) {
    fail(fmt::format("profile '{}' names services '{}', but {} has no such section", profile, *services,
                     files.config_path));
  }
  const auto url = section->second.find("s3.endpoint_url");
  return url == section->second.end() ? std::nullopt : std::optional(url->second);
}

}  // namespace

ClientSettings resolve_client_settings(const aws::Environment& environment,
                                       const SettingsOverrides& overrides) {
  const aws::ProfileFiles files = aws::load_profile_files(environment);
  ClientSettings settings;
  settings.profile = first_set(
      {overrides.profile, environment("AWS_PROFILE"), environment("AWS_DEFAULT_PROFILE"), "default"});
  auto from_profile = [&](const char* name) { return files.setting(settings.profile, name); };

  // First, so that a misspelt profile is reported and not taken for an empty one.
  settings.credentials =
      aws::find_credentials(environment, files, settings.profile, !overrides.profile.empty());

  settings.region = first_set({overrides.region, environment("AWS_REGION"), environment("AWS_DEFAULT_REGION"),
                               from_profile("region"), "us-east-1"});
  const std::string ignore = first_set(
      {environment("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), from_profile("ignore_configured_endpoint_urls")});
  if (is_true(ignore, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")) {
    settings.endpoint.url = overrides.endpoint_url;
  } else {
    settings.endpoint.url = first_set(
        {overrides.endpoint_url, environment("AWS_ENDPOINT_URL_S3"), environment("AWS_ENDPOINT_URL"),
         service_endpoint(files, settings.profile), from_profile("endpoint_url")});
  }
  settings.endpoint.addressing = parse_addressing(first_set({from_profile("s3.addressing_style")}));
  settings.endpoint.dual_stack =
      is_true(first_set({environment("AWS_USE_DUALSTACK_ENDPOINT"), from_profile("use_dualstack_endpoint"),
                         from_profile("s3.use_dualstack_endpoint")}),
              "use_dualstack_endpoint");
  settings.endpoint.fips =
      is_true(first_set({environment("AWS_USE_FIPS_ENDPOINT"), from_profile("use_fips_endpoint")}),
              "use_fips_endpoint");
  settings.max_attempts =
      parse_attempts(first_set({environment("AWS_MAX_ATTEMPTS"), from_profile("max_attempts")}));
  settings.ca_bundle = first_set({environment("AWS_CA_BUNDLE"), from_profile("ca_bundle")});
  return settings;
}

}  // namespace s3c::s3
