#include "cli/wiring.h"

#include <fmt/format.h>

#include <stop_token>
#include <utility>

#include "base/open_files.h"
#include "cli/sign_in.h"
#include "cli/version.h"
#include "http/curl_transport.h"
#include "s3/client_settings.h"
#include "s3/known_stores.h"
#include "s3/read_only_store.h"
#include "s3/s3_client.h"

namespace s3c::cli {
namespace {

s3::S3ClientConfig client_config(const s3::ClientSettings& settings, const ConnectionOptions& options,
                                 const OnInterrupt& on_interrupt) {
  s3::S3ClientConfig config;
  config.endpoint = settings.endpoint;
  config.region = settings.region;
  config.encryption = options.encryption;
  if (settings.max_attempts) config.retry.max_attempts = *settings.max_attempts;
  config.retry.hurry = on_interrupt.signal;
  return config;
}

/// The settings on one line, without the credentials.
std::string describe(const s3::ClientSettings& settings, const s3::S3ClientConfig& config) {
  const aws::Addressing addressing = settings.endpoint.addressing;
  const char* style = addressing == aws::Addressing::path           ? "path"
                      : addressing == aws::Addressing::virtual_host ? "virtual"
                                                                    : "auto";
  return fmt::format("store {}, region {}, profile {}, addressing {}, CA bundle {}, {} attempts",
                     settings.endpoint.url.empty() ? "AWS" : aws::without_password(settings.endpoint.url),
                     settings.region, settings.profile.name, style,
                     settings.ca_bundle.empty() ? "of the system" : settings.ca_bundle,
                     config.retry.max_attempts);
}

}  // namespace

struct StoreConnection::Parts {
  Parts(const s3::ClientSettings& settings, const s3::S3ClientConfig& config, const Environment& environment,
        base::Clock& clock, std::shared_ptr<base::Logger> logger, const OnInterrupt& on_interrupt)
      : is_aws(s3::is_aws(settings.endpoint)),
        max_connections(http::connections_within(base::raise_open_files_limit())),
        transport(curl, {.ca_bundle = settings.ca_bundle,
                         .pace = {.hurry = on_interrupt.signal},
                         .user_agent = user_agent(),
                         .max_connections = max_connections}),
        stop(on_interrupt.then == OnInterrupt::Then::end ? on_interrupt.signal : std::stop_token{}),
        sign_in(settings, environment, transport, clock, logger),
        // Nothing is in flight yet: whatever the command does after Ctrl-C, this search ends.
        client(config, sign_in.provider(on_interrupt.signal, stop), transport, clock, std::move(logger),
               stop),
        read_only(client) {}

  const bool is_aws;
  const std::size_t max_connections;
  http::CurlGlobal curl;
  http::CurlTransport transport;
  const std::stop_token stop;
  SignIn sign_in;
  s3::S3Client client;
  s3::ReadOnlyStore read_only;
};

StoreConnection::StoreConnection(const ConnectionOptions& options, const Environment& environment,
                                 base::Clock& clock, std::shared_ptr<base::Logger> logger,
                                 const OnInterrupt& on_interrupt)
    : access_(options.access) {
  const s3::ClientSettings settings = resolve_settings(options, environment);
  const s3::S3ClientConfig config = client_config(settings, options, on_interrupt);
  logger->info("{}{}", describe(settings, config), access_ == StoreAccess::read_only ? ", only read" : "");
  parts_ = std::make_unique<Parts>(settings, config, environment, clock, std::move(logger), on_interrupt);
}

StoreConnection::~StoreConnection() = default;

s3::ObjectStore& StoreConnection::store() {
  if (access_ == StoreAccess::read_write) return parts_->client;
  return parts_->read_only;
}

bool StoreConnection::is_aws() const {
  return parts_->is_aws;
}

std::size_t StoreConnection::max_connections() const {
  return parts_->max_connections;
}

RequestCounts StoreConnection::requests() const {
  s3::RequestStatsSnapshot stats = parts_->client.stats();
  return {std::move(stats.requests), stats.retries, stats.sent_bytes, stats.received_bytes};
}

}  // namespace s3c::cli
