#include "s3/client_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "aws/settings.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/text.h"

namespace s3c::s3 {
namespace {

[[noreturn]] void fail(std::string message) {
  throw base::Error(base::ErrorKind::invalid_argument, std::move(message),
                    {.operation = "read AWS settings"});
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

}  // namespace

aws::Profile resolve_profile(const aws::Environment& environment, const std::string& option) {
  if (!option.empty()) return {.name = option, .is_explicit = true, .place = ""};
  const auto variable = aws::first_variable(environment, {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"});
  if (!variable) return {};
  return {.name = variable->value, .place = variable->place};
}

ClientSettings resolve_client_settings(const aws::Environment& environment,
                                       const SettingsOverrides& overrides) {
  ClientSettings settings;
  settings.profile = resolve_profile(environment, overrides.profile);
  settings.files = aws::load_profile_files(environment);
  const aws::ProfileFiles& files = settings.files;
  const std::string& profile = settings.profile.name;
  // Names of the setting: of the option's value, of variables, in the profile.
  const auto look = [&](const std::string& option, std::initializer_list<const char*> variables,
                        const char* name) -> std::optional<aws::PlacedSetting> {
    if (!option.empty()) return aws::PlacedSetting{option, ""};
    if (auto found = aws::first_variable(environment, variables)) return found;
    return files.placed(profile, name);
  };
  const auto text = [&](std::initializer_list<const char*> variables, const char* name) {
    const auto found = look("", variables, name);
    return found ? found->value : "";
  };

  const auto region = look(overrides.region, {"AWS_REGION", "AWS_DEFAULT_REGION"}, "region");
  settings.places.region = region ? region->place : "default";
  if (region) settings.region = region->value;
  auto endpoint = aws::configured_endpoint(environment, files, profile, "s3");
  if (!overrides.endpoint_url.empty()) endpoint = {overrides.endpoint_url, ""};
  settings.places.endpoint = endpoint ? endpoint->place : "default";
  if (endpoint) settings.endpoint.url = endpoint->value;

  settings.endpoint.addressing = parse_addressing(text({}, "s3.addressing_style"));
  std::string dual_stack = text({"AWS_USE_DUALSTACK_ENDPOINT"}, "use_dualstack_endpoint");
  if (dual_stack.empty()) dual_stack = text({}, "s3.use_dualstack_endpoint");
  settings.endpoint.dual_stack = aws::is_true(dual_stack, "use_dualstack_endpoint");
  settings.endpoint.fips =
      aws::is_true(text({"AWS_USE_FIPS_ENDPOINT"}, "use_fips_endpoint"), "use_fips_endpoint");
  if (const std::string use = text({"AWS_S3_USE_ARN_REGION"}, "s3.use_arn_region"); !use.empty())
    settings.endpoint.use_arn_region = aws::is_true(use, "s3.use_arn_region");
  settings.max_attempts = parse_attempts(text({"AWS_MAX_ATTEMPTS"}, "max_attempts"));
  settings.ca_bundle = text({"AWS_CA_BUNDLE"}, "ca_bundle");
  return settings;
}

}  // namespace s3c::s3
