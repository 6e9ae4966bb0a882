// What the variables and the shared files say, with the place that says it. Pure functions, any thread.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "aws/profile_file.h"

namespace s3c::aws {

/// The first variable that is set and not empty; its place is its name.
std::optional<PlacedSetting> first_variable(const Environment& environment,
                                            std::initializer_list<const char*> names);

/// Whether an on-off setting is on: "true" or "false" in any case; empty and nullopt are false. Throws Error:
/// invalid_argument, which names the setting and its place, for anything else.
bool is_true(const std::optional<PlacedSetting>& setting, const char* name);

/// The error of a setting that can't be right: "max_attempts is 'many' (AWS_MAX_ATTEMPTS), EXPECTED".
[[noreturn]] void refuse_setting(const PlacedSetting& setting, std::string_view name,
                                 std::string_view expected);

/// Throws Error: invalid_argument, which names the region and its place, if it can't be part of a host name.
void check_region(const PlacedSetting& region);

/// The end point that is set for a service ("s3", "sts", "sso", "sso_oidc"): AWS_ENDPOINT_URL_STS >
/// AWS_ENDPOINT_URL > the profile's services section > the profile's endpoint_url. nullopt: none is, or
/// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS says that they don't count. Throws Error: invalid_argument when the
/// profile names a services section that isn't there.
std::optional<PlacedSetting> configured_endpoint(const Environment& environment, const ProfileFiles& files,
                                                 const std::string& profile, const std::string& service);

}  // namespace s3c::aws
