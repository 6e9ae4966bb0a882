#include "cli/sign_in.h"

#include <utility>

#include "aws/instance_source.h"
#include "cli/code_prompt.h"

namespace s3c::cli {
namespace {

/// STS and SSO answer at once or have trouble that lasts; the AWS CLI's number.
constexpr int kAttempts = 3;

s3::ClientSettings with_region(s3::ClientSettings settings, const aws::World& world,
                               const std::stop_token& stop) {
  const bool is_set = settings.places.region != "default";
  if (is_set || !settings.endpoint.url.empty()) return settings;
  const aws::InstanceSource instance(world, settings.files, settings.profile.name);
  if (const auto region = instance.region(stop)) {
    settings.region = *region;
    settings.places.region = "imds";
    world.log.info("no region is set: the instance's is used, {}", settings.region);
  }
  return settings;
}

}  // namespace

s3::ClientSettings resolve_settings(const StoreOptions& store, const ConnectionOptions& options,
                                    const Environment& environment) {
  s3::ClientSettings settings =
      s3::resolve_client_settings([&environment](const std::string& name) { return environment.get(name); },
                                  {.profile = store.profile,
                                   .region = store.region,
                                   .endpoint_url = store.endpoint_url,
                                   .region_place = store.region_origin.text,
                                   .endpoint_place = store.endpoint_origin.text});
  if (!options.ca_bundle.empty()) settings.ca_bundle = options.ca_bundle;
  if (options.max_attempts) settings.max_attempts = options.max_attempts;
  if (options.addressing) {
    settings.endpoint.addressing = *options.addressing == Addressing::path ? aws::Addressing::path
                                   : *options.addressing == Addressing::virtual_host
                                       ? aws::Addressing::virtual_host
                                       : aws::Addressing::automatic;
  }
  return settings;
}

std::optional<std::string> SignIn::Prompt::ask(const std::string& question, const std::stop_token& stop) {
  return ask_for_code(question, stop);
}

SignIn::SignIn(s3::ClientSettings settings, const Environment& environment, http::Transport& transport,
               base::Clock& clock, std::shared_ptr<base::Logger> logger, const std::stop_token& stop)
    : logger_(std::move(logger)),
      clock_(clock),
      world_{[&environment](const std::string& name) { return environment.get(name); },
             transport,
             clock_,
             processes_,
             prompt_,
             *logger_},
      settings_(with_region(std::move(settings), world_, stop)),
      chain_(world_, settings_.files,
             {.profile = settings_.profile,
              .region = settings_.region,
              .max_attempts = settings_.max_attempts.value_or(kAttempts)}) {}

std::shared_ptr<aws::CredentialsProvider> SignIn::provider(const std::stop_token& stop,
                                                           std::stop_token later_stop) {
  aws::Credentials found = chain_.find(stop);
  return std::make_shared<aws::RefreshingCredentials>(chain_.winner(), std::move(found), clock_, *logger_,
                                                      background_, std::move(later_stop), stop);
}

}  // namespace s3c::cli
