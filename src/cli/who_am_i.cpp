#include "cli/who_am_i.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "base/mutex.h"
#include "cli/sign_in.h"
#include "cli/version.h"
#include "http/curl_transport.h"

namespace s3c::cli {
namespace {

void note_chain(WhoamiReport& report, const aws::CredentialsChain& chain) {
  for (const aws::Tried& tried : chain.tried()) report.tried.push_back({tried.source, tried.result});
}

/// Nobody must wait long for what is only said beside the rest.
constexpr std::chrono::seconds kLongestWait{3};

/// Throws base::Error: transient when STS doesn't answer in time; cancelled when stop was requested.
aws::CallerIdentity caller_in_time(const aws::Sts& sts, const aws::Credentials& credentials,
                                   base::Clock& clock, const std::stop_token& stop) {
  std::stop_source enough;
  const std::stop_callback forward(stop, [&enough] { enough.request_stop(); });
  const std::jthread timer([&](const std::stop_token& answered) {
    if (clock.sleep_for(kLongestWait, answered)) enough.request_stop();
  });
  try {
    return sts.caller_identity(credentials, enough.get_token());
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::cancelled || stop.stop_requested()) throw;
    throw base::Error(base::ErrorKind::transient,
                      fmt::format("STS has not answered within {} s", kLongestWait.count()));
  }
}

void find_credentials(WhoamiReport& report, SignIn& sign_in, base::Clock& clock,
                      const std::stop_token& stop) {
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
    const aws::CallerIdentity identity = caller_in_time(chain.sts(), found, clock, stop);
    report.identity = {identity.account, identity.arn};
  } catch (const base::Error& error) {
    if (error.kind() == base::ErrorKind::cancelled) throw;
    report.identity_error = error;
  }
}

class Caller {
 public:
  Caller(s3::ClientSettings settings, const Environment& environment)
      : settings_(std::move(settings)), environment_(environment) {
    settings_.max_attempts = 1;
  }

  std::string arn(const aws::Credentials& credentials) {
    base::MutexLock lock(mutex_);
    if (!arn_) arn_ = ask(credentials);
    return *arn_;
  }

 private:
  /// Silent: the error that is to be told says more than that STS didn't answer.
  std::string ask(const aws::Credentials& credentials) const try {
    base::SystemClock clock;
    const http::CurlGlobal curl;
    http::CurlTransport transport(curl, {.ca_bundle = settings_.ca_bundle, .user_agent = user_agent()});
    SignIn sign_in(settings_, environment_, transport, clock, base::make_null_logger(), {});
    return caller_in_time(sign_in.chain().sts(), credentials, clock, {}).arn;
  } catch (const std::exception&) {
    return {};
  }

  s3::ClientSettings settings_;
  const Environment& environment_;
  base::Mutex mutex_;
  std::optional<std::string> arn_ S3C_GUARDED_BY(mutex_);
};

}  // namespace

std::function<std::string(const aws::Credentials*)> ask_caller(const s3::ClientSettings& settings,
                                                               const Environment& environment) {
  return [caller = std::make_shared<Caller>(settings, environment)](const aws::Credentials* credentials) {
    return credentials == nullptr ? std::string() : caller->arn(*credentials);
  };
}

WhoamiReport who_am_i(const StoreOptions& store, const ConnectionOptions& options,
                      const Environment& environment, base::Clock& clock,
                      std::shared_ptr<base::Logger> logger, const std::stop_token& stop) {
  WhoamiReport report;
  try {
    const aws::Profile profile = s3::resolve_profile(
        [&environment](const std::string& name) { return environment.get(name); }, store.profile);
    report.profile = {profile.name, profile.place};
    s3::ClientSettings settings = resolve_settings(store, options, environment);
    const aws::Endpoint endpoint(settings.endpoint);
    const auto note_region = [&](const s3::ClientSettings& found) {
      report.region = {found.region, found.places.region};
      report.endpoint = {endpoint.url_in(found.region), found.places.endpoint};
    };
    note_region(settings);
    const http::CurlGlobal curl;
    http::CurlTransport transport(
        curl, {.ca_bundle = settings.ca_bundle, .pace = {.hurry = stop}, .user_agent = user_agent()});
    SignIn sign_in(std::move(settings), environment, transport, clock, std::move(logger), stop);
    note_region(sign_in.settings());  // the instance may know it
    find_credentials(report, sign_in, clock, stop);
  } catch (const base::Error& error) {
    report.error = error;
  }
  return report;
}

}  // namespace s3c::cli
