#include "aws/credentials_chain.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>
#include <string>
#include <utility>

#include "aws/container_source.h"
#include "aws/environment_source.h"
#include "aws/file_sources.h"
#include "aws/instance_source.h"
#include "aws/process_source.h"
#include "aws/role_source.h"
#include "aws/sso_source.h"
#include "aws/unsupported_sources.h"
#include "aws/web_identity_source.h"
#include "base/encoding.h"
#include "base/error.h"

namespace s3c::aws {
namespace {

using Sources = std::vector<std::unique_ptr<CredentialsSource>>;

/// What the chain's parts are made of.
struct Parts {
  const World& world;
  const ProfileFiles& files;
  const ServiceClient& client;
  const Sts& sts;
};

/// Keys in the environment, when a profile was named: they don't count.
class SkippedEnvironment final : public CredentialsSource {
 public:
  std::string_view name() const override { return "env"; }
  Finding find(const std::stop_token&) override {
    return Passed{"the profile was named on the command line, so keys in the environment don't count"};
  }
};

/// Those that look at a profile and assume no role_arn of it.
Sources profile_sources(const Parts& parts, const Profile& profile) {
  Sources sources;
  sources.push_back(std::make_unique<WebIdentitySource>(parts.world, parts.files, parts.sts, profile));
  sources.push_back(std::make_unique<SsoSource>(parts.world, parts.files, parts.client, profile.name));
  sources.push_back(make_shared_file_source(parts.files, profile.name));
  sources.push_back(make_login_refusal(parts.files, profile.name));
  sources.push_back(std::make_unique<ProcessSource>(parts.world, parts.files, profile.name));
  sources.push_back(make_config_file_source(parts.files, profile.name));
  return sources;
}

RoleSources role_sources(const Parts& parts, const std::string& profile) {
  return {.of_profile =
              [parts](const std::string& name) {
                return profile_sources(parts, {.name = name, .is_explicit = true});
              },
          .named = [parts, profile](const std::string& name) -> std::unique_ptr<CredentialsSource> {
            if (name == "Environment") return std::make_unique<EnvironmentSource>(parts.world.environment);
            if (name == "EcsContainer") return std::make_unique<ContainerSource>(parts.world);
            if (name == "Ec2InstanceMetadata")
              return std::make_unique<InstanceSource>(parts.world, parts.files, profile);
            return nullptr;
          }};
}

Sources all_sources(const Parts& parts, const Profile& profile) {
  Sources sources;
  if (profile.is_explicit) {
    sources.push_back(std::make_unique<SkippedEnvironment>());
  } else {
    sources.push_back(std::make_unique<EnvironmentSource>(parts.world.environment));
  }
  sources.push_back(std::make_unique<RoleSource>(parts.world, parts.files, parts.sts,
                                                 role_sources(parts, profile.name), profile.name));
  for (auto& source : profile_sources(parts, profile)) sources.push_back(std::move(source));
  sources.push_back(make_old_files_refusal(parts.world.environment));
  sources.push_back(std::make_unique<ContainerSource>(parts.world));
  sources.push_back(std::make_unique<InstanceSource>(parts.world, parts.files, profile.name));
  return sources;
}

/// Throws Error (invalid_argument) if the profile must be in the files and isn't.
void expect_profile(const Profile& profile, const ProfileFiles& files) {
  if (!profile.must_exist() || files.has_profile(profile.name)) return;
  const std::set<std::string> names = files.profile_names();
  const std::string there =
      files.config.contains(profile.name)
          ? fmt::format("the section [{0}] of '{1}' must be [profile {0}]", profile.name, files.config_path)
      : names.empty() ? "there are none at all"
                      : fmt::format("there are: {}", fmt::join(names, ", "));
  throw base::Error(
      base::ErrorKind::invalid_argument,
      fmt::format("there is no profile '{}'{} in '{}' or '{}'; {}: name another one, or make this one with "
                  "aws configure",
                  base::printable(profile.name),
                  profile.place.empty() ? "" : fmt::format(" (named by {})", profile.place),
                  files.config_path, files.credentials_path, base::printable(there)),
      {.operation = std::string(kFindCredentials)});
}

}  // namespace

CredentialsChain::CredentialsChain(const World& world, ProfileFiles files, Settings settings)
    : world_(world),
      files_(std::move(files)),
      settings_(std::move(settings)),
      client_(world_, files_, settings_.profile.name, settings_.max_attempts),
      sts_(client_, settings_.region),
      sources_(all_sources({world_, files_, client_, sts_}, settings_.profile)) {}

CredentialsChain::~CredentialsChain() = default;

Finding CredentialsChain::Winner::find(const std::stop_token& stop) {
  chain_.files_ = load_profile_files(chain_.world_.environment);
  return source->find(stop);
}

void CredentialsChain::fail_without_credentials(bool worth_retrying) const {
  const auto why = [this](std::string_view source) {
    for (const Tried& tried : tried_) {
      if (tried.source == source) return tried.result;
    }
    return std::string();
  };
  throw base::Error(
      worth_retrying ? base::ErrorKind::transient : base::ErrorKind::access_denied,
      fmt::format(
          "no credentials: neither AWS_ACCESS_KEY_ID in the environment nor profile '{}' in '{}' or '{}' "
          "has any, no container's endpoint is set, and no instance's role can be used ({}); set "
          "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, run aws configure or aws configure sso, or name "
          "another profile; s3compress whoami tells more",
          settings_.profile.name, files_.credentials_path, files_.config_path, why("iam-role")),
      {.operation = std::string(kFindCredentials)});
}

Credentials CredentialsChain::find(const std::stop_token& stop) {
  tried_.clear();
  winner_.source = nullptr;
  bool worth_retrying = false;
  expect_profile(settings_.profile, files_);
  for (const auto& source : sources_) {
    try {
      Finding found = source->find(stop);
      if (auto* credentials = std::get_if<Credentials>(&found)) {
        if (credentials->expires_at && *credentials->expires_at <= world_.clock.now()) {
          throw base::Error(
              base::ErrorKind::access_denied,
              fmt::format("the credentials from {} expired at {} (this machine's clock says {})",
                          source->name(), base::format_iso8601(*credentials->expires_at),
                          base::format_iso8601(world_.clock.now())),
              {.operation = std::string(kFindCredentials)});
        }
        tried_.push_back({std::string(source->name()), "found"});
        winner_.source = source.get();
        world_.log.info(
            "credentials of {}, {}{}", source->name(), masked(credentials->access_key_id),
            credentials->expires_at ? ", until " + base::format_iso8601(*credentials->expires_at) : "");
        return std::move(*credentials);
      }
      const Passed& passed = std::get<Passed>(found);
      worth_retrying |= passed.worth_retrying;
      if (passed.why.empty()) continue;
      world_.log.debug("credentials: {} has none: {}", source->name(), base::printable(passed.why));
      tried_.push_back({std::string(source->name()), passed.why});
    } catch (const base::Error& error) {
      tried_.push_back({std::string(source->name()), error.message()});
      throw;
    }
  }
  fail_without_credentials(worth_retrying);
}

}  // namespace s3c::aws
