// Builds the stores that a run talks to, from the options and the AWS settings. Only this code in cli/ knows
// how HTTP, credentials and end points are made; the rest of cli/ sees s3::ObjectStore. Where no option says
// something, the AWS settings count (s3/client_settings.h).
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "cli/options/connection.h"
#include "cli/options/environment.h"
#include "cli/output/metrics.h"
#include "cli/output/request_counts.h"
#include "s3/object_store.h"

namespace s3c::cli {

/// Which of a command's stores one is, for messages. Empty: there is no other.
struct StoreName {
  std::string buckets = {};  ///< "the source bucket's"
  std::string flags = {};    ///< "--source-profile, --source-endpoint-url, --source-region"
};

/// What a connection does after the user pressed Ctrl-C.
struct OnInterrupt {
  enum class Then {
    /// Every call ends as cancelled at once: for commands that only read, or write whole records last.
    end,
    /// A request that makes progress is finished. No call waits longer than 5 s for a request that doesn't.
    finish,
  };
  std::stop_token signal = {};
  Then then = Then::finish;
};

/// The connection to one store.
class StoreConnection {
 public:
  /// Reads the AWS config files that environment names, and finds the credentials; makes no request to the
  /// store yet. Logs the resulting settings at info. stores: how many connections share the limit of open files.
  /// name: for the messages of errors.
  /// clock and environment must outlive the connection. Throws base::Error: access_denied without credentials,
  /// invalid_argument for settings that can't be right, what the sources of credentials throw.
  StoreConnection(const StoreOptions& store, const ConnectionOptions& options, const Environment& environment,
                  base::Clock& clock, const std::shared_ptr<base::Logger>& logger,
                  const OnInterrupt& on_interrupt, std::size_t stores = 1, const StoreName& name = {});
  ~StoreConnection();
  StoreConnection(const StoreConnection&) = delete;
  StoreConnection& operator=(const StoreConnection&) = delete;

  /// The store for the command. It refuses every change unless options.access is read_write and its requests are
  /// signed. There is no other way to a store; otherwise a command could get around a dry run.
  s3::ObjectStore& store();
  /// The same for new objects in options.added_to, and for no other change. REQUIRES: there is such a place, and
  /// requests are signed.
  s3::ObjectStore& folder();
  /// Whether the store is one of AWS, by its end point's name.
  bool is_aws() const;
  /// The region that requests are signed for.
  const std::string& region() const;
  /// As many connections as the limit of open files allows. If there are more requests, they wait for each
  /// other.
  std::size_t max_connections() const;
  /// Any thread.
  RequestCounts requests() const;
  s3::RequestStatsSnapshot stats() const;

 private:
  struct Parts;
  const StoreAccess access_;
  std::unique_ptr<Parts> parts_;
};

/// The stores of a command. Two sides whose options are equal have one connection, so their store is one object.
class StoreConnections {
 public:
  /// sides: those that the command works with. Throws what StoreConnection throws.
  StoreConnections(const std::vector<Side>& sides, const ConnectionOptions& options,
                   const Environment& environment, base::Clock& clock,
                   const std::shared_ptr<base::Logger>& logger, const OnInterrupt& on_interrupt);

  /// REQUIRES: the command works with side.
  StoreConnection& of(Side side) { return *by_side_.at(side); }
  /// Of all stores. Any thread.
  RequestCounts requests() const;
  /// Of each store. Any thread.
  std::vector<StoreStats> stats() const;

 private:
  std::vector<std::unique_ptr<StoreConnection>> connections_;
  std::map<Side, StoreConnection*> by_side_;
};

}  // namespace s3c::cli
