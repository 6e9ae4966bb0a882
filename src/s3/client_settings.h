// What the AWS environment variables and shared files say about how to reach S3. Meaning and order are those
// of the AWS CLI. Pure but for reading the two files; any thread.
#pragma once

#include <optional>
#include <string>

#include "aws/credentials.h"
#include "aws/endpoint.h"
#include "aws/profile_file.h"

namespace s3c::s3 {

/// What the command line says; it wins over everything else. Empty: not given.
struct SettingsOverrides {
  std::string profile = {};
  std::string region = {};
  std::string endpoint_url = {};
};

struct ClientSettings {
  std::string profile = "default";
  /// option > AWS_REGION > AWS_DEFAULT_REGION > profile > "us-east-1". From us-east-1, S3 names a bucket's
  /// true region.
  std::string region = "us-east-1";
  /// url: option > AWS_ENDPOINT_URL_S3 > AWS_ENDPOINT_URL > the profile's services section > the profile's
  /// endpoint_url; AWS_IGNORE_CONFIGURED_ENDPOINT_URLS leaves only the option.
  aws::EndpointSettings endpoint;
  aws::Credentials credentials;
  std::optional<int> max_attempts;  ///< AWS_MAX_ATTEMPTS > the profile's max_attempts
  std::string ca_bundle;            ///< AWS_CA_BUNDLE > the profile's ca_bundle; empty: the system's
};

/// Throws Error: as load_profile_files and find_credentials do; invalid_argument for an impossible value.
ClientSettings resolve_client_settings(const aws::Environment& environment,
                                       const SettingsOverrides& overrides);

}  // namespace s3c::s3
