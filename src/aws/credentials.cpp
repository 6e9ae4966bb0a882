#include "aws/credentials.h"

#include <fmt/format.h>

#include <array>

#include "base/error.h"

namespace s3c::aws {
namespace {

using base::Error;
using base::ErrorKind;

[[noreturn]] void fail(ErrorKind kind, std::string message) {
  throw Error(kind, std::move(message), {.operation = "find credentials"});
}

std::string variable(const Environment& environment, const char* name) {
  return environment(name).value_or("");
}

std::optional<Credentials> from_environment(const Environment& environment) {
  Credentials found{variable(environment, "AWS_ACCESS_KEY_ID"),
                    variable(environment, "AWS_SECRET_ACCESS_KEY"),
                    variable(environment, "AWS_SESSION_TOKEN")};
  if (found.access_key_id.empty() && found.secret_access_key.empty()) return std::nullopt;
  if (found.access_key_id.empty() || found.secret_access_key.empty()) {
    fail(ErrorKind::invalid_argument,
         "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set both or neither");
  }
  return found;
}

std::optional<Credentials> from_section(const ProfileSection* section, const std::string& profile,
                                        const std::string& path) {
  if (section == nullptr) return std::nullopt;
  auto value = [section](const char* name) {
    const auto found = section->find(name);
    return found == section->end() ? std::string() : found->second;
  };
  Credentials found{value("aws_access_key_id"), value("aws_secret_access_key"), value("aws_session_token")};
  if (found.access_key_id.empty() && found.secret_access_key.empty()) return std::nullopt;
  if (found.access_key_id.empty() || found.secret_access_key.empty()) {
    fail(ErrorKind::invalid_argument,
         fmt::format("profile '{}' in {} must have both aws_access_key_id and aws_secret_access_key", profile,
                     path));
  }
  return found;
}

/// Refuses the sources that a profile may name and this build can't use: those that come before its keys in
/// the chain, or (after_shared_credentials) the one that comes after them.
void refuse_other_ways(const ProfileFiles& files, const std::string& profile, bool after_shared_credentials) {
  constexpr std::array<const char*, 4> kBefore = {"role_arn", "web_identity_token_file", "sso_session",
                                                  "sso_start_url"};
  auto refuse = [&](const char* name) {
    if (!files.setting(profile, name)) return;
    fail(ErrorKind::unsupported,
         fmt::format("profile '{}' gets its credentials by {}, which this version can't do: set "
                     "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN (aws configure "
                     "export-credentials prints them)",
                     profile, name));
  };
  if (after_shared_credentials) {
    refuse("credential_process");
  } else {
    for (const char* name : kBefore) refuse(name);
  }
}

}  // namespace

Credentials find_credentials(const Environment& environment, const ProfileFiles& files,
                             const std::string& profile, bool explicit_profile) {
  if (!explicit_profile) {
    if (auto found = from_environment(environment)) return *found;
  }
  const ProfileSection* config = files.config_profile(profile);
  const ProfileSection* shared = files.credentials_profile(profile);
  if (config == nullptr && shared == nullptr && (explicit_profile || profile != "default")) {
    fail(ErrorKind::invalid_argument, fmt::format("there is no profile '{}' in {} or {}", profile,
                                                  files.config_path, files.credentials_path));
  }
  refuse_other_ways(files, profile, false);
  if (!variable(environment, "AWS_WEB_IDENTITY_TOKEN_FILE").empty() && !explicit_profile) {
    fail(ErrorKind::unsupported,
         "AWS_WEB_IDENTITY_TOKEN_FILE is set, but this version can't use web identities");
  }
  if (auto found = from_section(shared, profile, files.credentials_path)) return *found;
  refuse_other_ways(files, profile, true);
  if (auto found = from_section(config, profile, files.config_path)) return *found;
  for (const char* name : {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"}) {
    if (!variable(environment, name).empty()) {
      fail(ErrorKind::unsupported,
           fmt::format("{} is set, but this version can't ask a container's metadata service", name));
    }
  }
  fail(ErrorKind::access_denied,
       fmt::format("no credentials: neither AWS_ACCESS_KEY_ID in the environment nor profile '{}' in '{}' or "
                   "'{}' has any; "
                   "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name another profile",
                   profile, files.credentials_path, files.config_path));
}

}  // namespace s3c::aws
