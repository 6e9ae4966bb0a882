#include "aws/file_sources.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "base/error.h"

namespace s3c::aws {
namespace {

/// The keys of a profile's section.
class SectionSource final : public CredentialsSource {
 public:
  SectionSource(std::string_view name, const ProfileSection* section, std::string path, std::string profile)
      : name_(name), section_(section), path_(std::move(path)), profile_(std::move(profile)) {}

  std::string_view name() const override { return name_; }

  Finding find(const std::stop_token&) override {
    if (section_ == nullptr) return Passed{fmt::format("there is no profile '{}' in '{}'", profile_, path_)};
    const ProfileSetting key_id = setting("aws_access_key_id");
    const ProfileSetting secret = setting("aws_secret_access_key");
    if (key_id.value.empty() && secret.value.empty())
      return Passed{fmt::format("profile '{}' in '{}' has no aws_access_key_id", profile_, path_)};
    if (key_id.value.empty() || secret.value.empty()) {
      const bool no_id = key_id.value.empty();
      throw base::Error(base::ErrorKind::invalid_argument,
                        fmt::format("profile '{}' has {} ({}:{}) but no {}: add it, or remove both", profile_,
                                    no_id ? "aws_secret_access_key" : "aws_access_key_id", path_,
                                    no_id ? secret.line : key_id.line,
                                    no_id ? "aws_access_key_id" : "aws_secret_access_key"),
                        {.operation = std::string(kFindCredentials)});
    }
    // The older name comes first, as for the AWS CLI.
    ProfileSetting token = setting("aws_security_token");
    if (token.value.empty()) token = setting("aws_session_token");
    Credentials found{key_id.value, secret.value, token.value};
    validate(found, fmt::format("profile '{}' in '{}'", profile_, path_));
    return found;
  }

 private:
  ProfileSetting setting(const char* name) const {
    const auto found = section_->find(name);
    return found == section_->end() ? ProfileSetting() : found->second;
  }

  const std::string_view name_;
  const ProfileSection* section_;
  const std::string path_;
  const std::string profile_;
};

}  // namespace

std::unique_ptr<CredentialsSource> make_shared_file_source(const ProfileFiles& files, std::string profile) {
  const ProfileSection* section = files.credentials_profile(profile);
  return std::make_unique<SectionSource>("shared-credentials-file", section, files.credentials_path,
                                         std::move(profile));
}

std::unique_ptr<CredentialsSource> make_config_file_source(const ProfileFiles& files, std::string profile) {
  const ProfileSection* section = files.config_profile(profile);
  return std::make_unique<SectionSource>("config-file", section, files.config_path, std::move(profile));
}

}  // namespace s3c::aws
