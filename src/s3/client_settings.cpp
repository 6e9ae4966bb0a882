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

aws::Addressing parse_addressing(const std::optional<aws::PlacedSetting>& setting) {
  const std::string text = setting ? setting->value : "auto";
  if (text == "auto") return aws::Addressing::automatic;
  if (text == "path") return aws::Addressing::path;
  if (text == "virtual") return aws::Addressing::virtual_host;
  aws::refuse_setting(*setting, "addressing_style", "not auto, path or virtual");
}

std::optional<int> parse_attempts(const std::optional<aws::PlacedSetting>& setting) {
  if (!setting) return std::nullopt;
  const auto value = base::parse_number<int>(setting->value);
  if (!value || *value < 1) aws::refuse_setting(*setting, "max_attempts", "not a whole number of at least 1");
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
  const auto look = [&](const std::string& option, const std::string& place,
                        std::initializer_list<const char*> variables,
                        const char* name) -> std::optional<aws::PlacedSetting> {
    if (!option.empty()) return aws::PlacedSetting{option, place};
    if (auto found = aws::first_variable(environment, variables)) return found;
    return files.placed(profile, name);
  };
  const auto set = [&](std::initializer_list<const char*> variables, const char* name) {
    return look("", "", variables, name);
  };

  const auto region =
      look(overrides.region, overrides.region_place, {"AWS_REGION", "AWS_DEFAULT_REGION"}, "region");
  if (region) {
    aws::check_region(*region);
    settings.region = region->value;
  }
  settings.places.region = !overrides.region.empty() ? "" : region ? region->place : "default";
  auto endpoint = aws::configured_endpoint(environment, files, profile, "s3");
  if (!overrides.endpoint_url.empty()) endpoint = {overrides.endpoint_url, overrides.endpoint_place};
  if (endpoint) settings.endpoint.url = endpoint->value;
  if (endpoint) settings.endpoint.place = endpoint->place;
  settings.places.endpoint = !overrides.endpoint_url.empty() ? "" : endpoint ? endpoint->place : "default";

  settings.endpoint.addressing = parse_addressing(set({}, "s3.addressing_style"));
  auto dual_stack = set({"AWS_USE_DUALSTACK_ENDPOINT"}, "use_dualstack_endpoint");
  if (!dual_stack) dual_stack = set({}, "s3.use_dualstack_endpoint");
  settings.endpoint.dual_stack = aws::is_true(dual_stack, "use_dualstack_endpoint");
  settings.endpoint.fips =
      aws::is_true(set({"AWS_USE_FIPS_ENDPOINT"}, "use_fips_endpoint"), "use_fips_endpoint");
  if (const auto use = set({"AWS_S3_USE_ARN_REGION"}, "s3.use_arn_region"))
    settings.endpoint.use_arn_region = aws::is_true(use, "s3.use_arn_region");
  settings.max_attempts = parse_attempts(set({"AWS_MAX_ATTEMPTS"}, "max_attempts"));
  if (const auto bundle = set({"AWS_CA_BUNDLE"}, "ca_bundle")) settings.ca_bundle = bundle->value;
  return settings;
}

}  // namespace s3c::s3
