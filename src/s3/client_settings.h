// What the AWS environment variables and shared files say about how to reach S3, and in whose name. Meaning
// and order are those of the AWS CLI. Pure but for reading the two files; any thread.
#pragma once

#include <optional>
#include <string>

#include "aws/endpoint.h"
#include "aws/profile_file.h"
#include "aws/world.h"

namespace s3c::s3 {

/// What the command line says; it wins over everything else. Empty: not given.
struct SettingsOverrides {
  std::string profile = {};
  std::string region = {};
  std::string endpoint_url = {};
  /// Where the two are given, for messages: the flag's name.
  std::string region_place = {};
  std::string endpoint_place = {};
};

struct ClientSettings {
  /// Whose credentials count: option > AWS_PROFILE > AWS_DEFAULT_PROFILE > "default".
  aws::Profile profile;
  /// option > AWS_REGION > AWS_DEFAULT_REGION > profile > "us-east-1". From us-east-1, S3 names a bucket's
  /// true region.
  std::string region = "us-east-1";
  /// url: option > AWS_ENDPOINT_URL_S3 > AWS_ENDPOINT_URL > the profile's services section > the profile's
  /// endpoint_url; AWS_IGNORE_CONFIGURED_ENDPOINT_URLS leaves only the option.
  aws::EndpointSettings endpoint;
  /// Where each of them comes from: a variable's name, "file:line", "default"; empty: the option.
  struct Places {
    std::string region, endpoint;
  } places;
  aws::ProfileFiles files;
  std::optional<int> max_attempts;  ///< AWS_MAX_ATTEMPTS > the profile's max_attempts
  std::string ca_bundle;            ///< AWS_CA_BUNDLE > the profile's ca_bundle; empty: the system's
};

/// The profile alone, which needs no file. option: as in SettingsOverrides.
aws::Profile resolve_profile(const aws::Environment& environment, const std::string& option);

/// Throws Error: as load_profile_files does; invalid_argument for an impossible value.
ClientSettings resolve_client_settings(const aws::Environment& environment,
                                       const SettingsOverrides& overrides);

}  // namespace s3c::s3
