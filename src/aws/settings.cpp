#include "aws/settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/partition.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/text.h"

namespace s3c::aws {
namespace {

[[noreturn]] void refuse_settings(std::string message) {
  throw base::Error(base::ErrorKind::invalid_argument, std::move(message),
                    {.operation = "read AWS settings"});
}

/// "[services x]" with "sts =" and an indented endpoint_url, where the profile says "services = x".
std::optional<PlacedSetting> service_endpoint(const ProfileFiles& files, const std::string& profile,
                                              const std::string& service) {
  const auto services = files.placed(profile, "services");
  if (!services) return std::nullopt;
  const ProfileSection* section = files.config_section("services", services->value);
  if (section == nullptr) {
    refuse_settings(fmt::format("profile '{}' names services '{}' ({}), but {} has no such section", profile,
                                services->value, services->place, files.config_path));
  }
  const auto url = section->find(service + ".endpoint_url");
  if (url == section->end() || url->second.value.empty()) return std::nullopt;
  return PlacedSetting{url->second.value, fmt::format("{}:{}", files.config_path, url->second.line)};
}

}  // namespace

std::optional<PlacedSetting> first_variable(const Environment& environment,
                                            std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const auto value = environment(name); value && !value->empty()) return PlacedSetting{*value, name};
  }
  return std::nullopt;
}

void refuse_setting(const PlacedSetting& setting, std::string_view name, std::string_view expected) {
  refuse_settings(fmt::format("{} is '{}'{}, {}", name, base::printable(setting.value),
                              setting.place.empty() ? "" : fmt::format(" ({})", setting.place), expected));
}

bool is_true(const std::optional<PlacedSetting>& setting, const char* name) {
  if (!setting) return false;
  const std::string lower = base::lower(setting->value);
  if (lower == "true") return true;
  if (lower.empty() || lower == "false") return false;
  refuse_setting(*setting, name, "not true or false");
}

void check_region(const PlacedSetting& region) {
  if (!is_region(region.value))
    refuse_setting(region, "the region", "which can't be a region's name: those are like eu-west-1");
}

std::optional<PlacedSetting> configured_endpoint(const Environment& environment, const ProfileFiles& files,
                                                 const std::string& profile, const std::string& service) {
  constexpr const char* kIgnore = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";
  auto ignore = first_variable(environment, {kIgnore});
  if (!ignore) ignore = files.placed(profile, "ignore_configured_endpoint_urls");
  if (ignore && is_true(ignore, kIgnore)) return std::nullopt;
  std::string own = "AWS_ENDPOINT_URL_" + service;
  std::transform(own.begin(), own.end(), own.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  if (auto url = first_variable(environment, {own.c_str(), "AWS_ENDPOINT_URL"})) return url;
  if (auto url = service_endpoint(files, profile, service)) return url;
  return files.placed(profile, "endpoint_url");
}

}  // namespace s3c::aws
