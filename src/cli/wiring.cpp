#include "cli/wiring.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "base/open_files.h"
#include "cli/output/denials.h"
#include "cli/sign_in.h"
#include "cli/version.h"
#include "cli/who_am_i.h"
#include "http/curl_transport.h"
#include "s3/client_settings.h"
#include "s3/known_stores.h"
#include "s3/one_folder_store.h"
#include "s3/read_only_store.h"
#include "s3/s3_client.h"

namespace s3c::cli {
namespace {

s3::S3ClientConfig client_config(const s3::ClientSettings& settings, const StoreOptions& store,
                                 const ConnectionOptions& options, const Environment& environment,
                                 const OnInterrupt& on_interrupt) {
  s3::S3ClientConfig config;
  config.endpoint = settings.endpoint;
  config.region = settings.region;
  config.encryption = options.encryption;
  config.requester_pays = options.requester_pays;
  config.expected_owner = store.expected_owner;
  config.acl = options.acl;
  // The STS of AWS knows nothing of the keys of other stores.
  if (!store.is_signed) {
    config.caller = [](const aws::Credentials*) { return std::string(kEverybody); };
  } else if (s3::is_aws(settings.endpoint)) {
    config.caller = ask_caller(settings, environment);
  }
  if (!store.expected_owner.empty()) {
    config.denial_note = fmt::format("perhaps because account {} doesn't own the bucket ({})",
                                     store.expected_owner, store.expected_owner_origin);
  }
  if (settings.max_attempts) config.retry.max_attempts = *settings.max_attempts;
  config.retry.hurry = on_interrupt.signal;
  return config;
}

/// The settings on one line, without the credentials.
std::string describe(const s3::ClientSettings& settings, const s3::S3ClientConfig& config, bool is_signed) {
  const aws::Addressing addressing = settings.endpoint.addressing;
  const char* style = addressing == aws::Addressing::path           ? "path"
                      : addressing == aws::Addressing::virtual_host ? "virtual"
                                                                    : "auto";
  return fmt::format("store {}, region {}, {}, addressing {}, CA bundle {}, {} attempts",
                     settings.endpoint.url.empty() ? "AWS" : aws::url_to_show(settings.endpoint.url),
                     settings.region, is_signed ? "profile " + settings.profile.name : "without credentials",
                     style, settings.ca_bundle.empty() ? "of the system" : settings.ca_bundle,
                     config.retry.max_attempts);
}

}  // namespace

struct StoreConnection::Parts {
  Parts(const s3::ClientSettings& settings, s3::S3ClientConfig config, const Environment& environment,
        base::Clock& clock, const std::shared_ptr<base::Logger>& logger, const OnInterrupt& on_interrupt,
        std::size_t stores, bool is_signed)
      : is_aws(s3::is_aws(settings.endpoint)),
        max_connections(http::connections_within(base::raise_open_files_limit() / stores)),
        transport(curl, {.ca_bundle = settings.ca_bundle,
                         .pace = {.hurry = on_interrupt.signal},
                         .user_agent = user_agent(),
                         .max_connections = max_connections}),
        stop(on_interrupt.then == OnInterrupt::Then::end ? on_interrupt.signal : std::stop_token{}),
        // Nothing is in flight yet: whatever the command does after Ctrl-C, this search ends.
        sign_in(settings, environment, transport, clock, logger, on_interrupt.signal),
        client(with_region(std::move(config), sign_in),
               is_signed ? sign_in.provider(on_interrupt.signal, stop) : nullptr, transport, clock, logger,
               stop),
        read_only(client) {}

  static s3::S3ClientConfig with_region(s3::S3ClientConfig config, const SignIn& sign_in) {
    config.region = sign_in.settings().region;
    return config;
  }

  const bool is_aws;
  const std::size_t max_connections;
  http::CurlGlobal curl;
  http::CurlTransport transport;
  const std::stop_token stop;
  SignIn sign_in;
  s3::S3Client client;
  s3::ReadOnlyStore read_only;
  std::optional<s3::OneFolderStore> folder;
};

StoreConnection::StoreConnection(const StoreOptions& store, const ConnectionOptions& options,
                                 const Environment& environment, base::Clock& clock,
                                 const std::shared_ptr<base::Logger>& logger, const OnInterrupt& on_interrupt,
                                 std::size_t stores, const StoreName& name)
    : access_(store.is_signed ? options.access : StoreAccess::read_only) {
  const s3::ClientSettings settings = resolve_settings(store, options, environment);
  s3::S3ClientConfig config = client_config(settings, store, options, environment, on_interrupt);
  if (!name.buckets.empty()) {
    config.store_note = fmt::format("this is {} store, {} ({})", name.buckets,
                                    aws::Endpoint(settings.endpoint).url_in(settings.region), name.flags);
  }
  logger->info("{}{}", describe(settings, config, store.is_signed),
               access_ == StoreAccess::read_only ? ", only read" : "");
  parts_ = std::make_unique<Parts>(settings, std::move(config), environment, clock, logger, on_interrupt,
                                   stores, store.is_signed);
  if (options.added_to && store.is_signed)
    parts_->folder.emplace(parts_->client, options.added_to->bucket, options.added_to->prefix);
}

StoreConnection::~StoreConnection() = default;

s3::ObjectStore& StoreConnection::store() {
  if (access_ == StoreAccess::read_write) return parts_->client;
  return parts_->read_only;
}

s3::ObjectStore& StoreConnection::folder() {
  return parts_->folder.value();
}

bool StoreConnection::is_aws() const {
  return parts_->is_aws;
}

const std::string& StoreConnection::region() const {
  return parts_->sign_in.settings().region;
}

std::size_t StoreConnection::max_connections() const {
  return parts_->max_connections;
}

StoreConnections::StoreConnections(const std::vector<Side>& sides, const ConnectionOptions& options,
                                   const Environment& environment, base::Clock& clock,
                                   const std::shared_ptr<base::Logger>& logger,
                                   const OnInterrupt& on_interrupt) {
  std::vector<const StoreOptions*> stores;
  std::map<Side, std::size_t> number_of;
  for (const Side side : sides) {
    const StoreOptions& store = options.of(side);
    const auto same = std::find_if(stores.begin(), stores.end(),
                                   [&store](const StoreOptions* other) { return *other == store; });
    number_of[side] = static_cast<std::size_t>(same - stores.begin());
    if (same == stores.end()) stores.push_back(&store);
  }
  for (const StoreOptions* store : stores) {
    StoreName name;
    if (stores.size() > 1) {
      std::vector<std::string_view> sides_of_it;
      for (const auto& [side, number] : number_of) {
        if (stores[number] == store) sides_of_it.push_back(name_of(side));
      }
      logger->info("for {}:", fmt::join(sides_of_it, " and "));
      name = {fmt::format("the {} bucket's", fmt::join(sides_of_it, " and the ")),
              fmt::format("--{0}-profile, --{0}-endpoint-url, --{0}-region", sides_of_it.front())};
    }
    try {
      connections_.push_back(std::make_unique<StoreConnection>(*store, options, environment, clock, logger,
                                                               on_interrupt, stores.size(), name));
    } catch (const base::Error& error) {
      if (name.buckets.empty() || error.kind() == base::ErrorKind::cancelled) throw;
      throw base::Error(error.kind(),
                        fmt::format("for {} store ({}): {}", name.buckets, name.flags, error.message()),
                        error.context());
    }
  }
  for (const auto& [side, number] : number_of) by_side_[side] = connections_[number].get();
}

RequestCounts StoreConnections::requests() const {
  RequestCounts sum;
  for (const auto& connection : connections_) sum.add(connection->requests());
  return sum;
}

std::vector<StoreStats> StoreConnections::stats() const {
  std::vector<StoreStats> all;
  for (const auto& connection : connections_) {
    std::vector<std::string_view> names;
    for (const auto& [side, of_side] : by_side_) {
      if (of_side == connection.get()) names.push_back(name_of(side));
    }
    all.push_back({fmt::format("{}", fmt::join(names, "+")), connection->stats()});
  }
  return all;
}

s3::RequestStatsSnapshot StoreConnection::stats() const {
  return parts_->client.stats();
}

RequestCounts StoreConnection::requests() const {
  s3::RequestStatsSnapshot stats = parts_->client.stats();
  std::uint64_t throttled = 0;
  for (const auto& [operation, counts] : stats.operations) throttled += counts.throttled;
  return {std::move(stats.requests), stats.retries, stats.sent_bytes, stats.received_bytes, throttled};
}

}  // namespace s3c::cli
