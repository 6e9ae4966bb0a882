#include "aws/file_sources.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "base/error.h"

namespace s3c::aws {
namespace {

/// The keys of a profile's section. It is looked up each time: the files may have been read again.
class SectionSource final : public CredentialsSource {
 public:
  using Lookup = const ProfileSection* (ProfileFiles::*)(const std::string& profile) const;

  SectionSource(std::string_view name, const ProfileFiles& files, Lookup lookup, const std::string& path,
                std::string profile)
      : name_(name), files_(files), lookup_(lookup), path_(path), profile_(std::move(profile)) {}

  std::string_view name() const override { return name_; }

  Finding find(const std::stop_token&) override {
    const ProfileSection* section = (files_.*lookup_)(profile_);
    if (section == nullptr) return Passed{fmt::format("there is no profile '{}' in '{}'", profile_, path_)};
    const ProfileSetting key_id = setting(*section, "aws_access_key_id");
    const ProfileSetting secret = setting(*section, "aws_secret_access_key");
    if (key_id.value.empty() && secret.value.empty())
      return Passed{fmt::format("profile '{}' in '{}' has no aws_access_key_id", profile_, path_)};
    for (const ProfileSetting& key : {key_id, secret}) {
      if (key.value.find('\n') == std::string::npos) continue;
      throw base::Error(
          base::ErrorKind::invalid_argument,
          fmt::format("the line below {}:{} is indented deeper, so it belongs to the key of profile "
                      "'{}': indent both in the same way",
                      path_, key.line, profile_),
          {.operation = std::string(kFindCredentials)});
    }
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
    const char* token = "aws_security_token";
    if (setting(*section, token).value.empty()) token = "aws_session_token";
    Credentials found{key_id.value, secret.value, setting(*section, token).value};
    validate(found, fmt::format("profile '{}' in '{}'", profile_, path_),
             {"aws_access_key_id", "aws_secret_access_key", token});
    return found;
  }

 private:
  static ProfileSetting setting(const ProfileSection& section, const char* name) {
    const auto found = section.find(name);
    return found == section.end() ? ProfileSetting() : found->second;
  }

  const std::string_view name_;
  const ProfileFiles& files_;
  const Lookup lookup_;
  const std::string path_;
  const std::string profile_;
};

}  // namespace

std::unique_ptr<CredentialsSource> make_shared_file_source(const ProfileFiles& files, std::string profile) {
  return std::make_unique<SectionSource>("shared-credentials-file", files, &ProfileFiles::credentials_profile,
                                         files.credentials_path, std::move(profile));
}

std::unique_ptr<CredentialsSource> make_config_file_source(const ProfileFiles& files, std::string profile) {
  return std::make_unique<SectionSource>("config-file", files, &ProfileFiles::config_profile,
                                         files.config_path, std::move(profile));
}

}  // namespace s3c::aws
