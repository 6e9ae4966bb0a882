#include "cli/who_am_i.h"

#include <utility>

#include "cli/sign_in.h"
#include "cli/version.h"
#include "http/curl_transport.h"

namespace s3c::cli {
namespace {

void note_chain(WhoamiReport& report, const aws::CredentialsChain& chain) {
  for (const aws::Tried& tried : chain.tried()) report.tried.push_back({tried.source, tried.result});
}

void find_credentials(WhoamiReport& report, SignIn& sign_in, const std::stop_token& stop) {
  aws::CredentialsChain& chain = sign_in.chain();
  aws::Credentials found;
  try {
    found = chain.find(stop);
  } catch (const base::Error&) {
    note_chain(report, chain);
    throw;
  }
  note_chain(report, chain);
  report.credentials = {std::string(chain.winner().name()), aws::masked(found.access_key_id),
                        found.expires_at};
  try {
    const aws::CallerIdentity identity = chain.sts().caller_identity(found, stop);
    report.identity = {identity.account, identity.arn};
  } catch (const base::Error& error) {
    report.identity_error = error;
  }
}

}  // namespace

WhoamiReport who_am_i(const ConnectionOptions& options, const Environment& environment, base::Clock& clock,
                      std::shared_ptr<base::Logger> logger, const std::stop_token& stop) {
  WhoamiReport report;
  try {
    const aws::Profile profile = s3::resolve_profile(
        [&environment](const std::string& name) { return environment.get(name); }, options.profile);
    report.profile = {profile.name, profile.place};
    s3::ClientSettings settings = resolve_settings(options, environment);
    report.region = {settings.region, settings.places.region};
    report.endpoint = {aws::Endpoint(settings.endpoint).url_in(settings.region), settings.places.endpoint};
    const http::CurlGlobal curl;
    http::CurlTransport transport(
        curl, {.ca_bundle = settings.ca_bundle, .pace = {.hurry = stop}, .user_agent = user_agent()});
    SignIn sign_in(std::move(settings), environment, transport, clock, std::move(logger));
    find_credentials(report, sign_in, stop);
  } catch (const base::Error& error) {
    report.error = error;
  }
  return report;
}

}  // namespace s3c::cli
