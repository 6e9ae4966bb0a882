// Builds the store a run talks to, from the options and the AWS settings around them. The only place of cli/
// that knows how HTTP, credentials and end points are made; everybody else sees s3::ObjectStore.
// What no option says is as the AWS settings have it (s3/client_settings.h).
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "cli/options/connection.h"
#include "cli/options/environment.h"
#include "cli/output/request_counts.h"
#include "s3/object_store.h"

namespace s3c::cli {

/// What a connection does once the user pressed Ctrl-C.
struct OnInterrupt {
  enum class Then {
    end,  ///< every call ends as cancelled at once: for commands that only read, or write whole records last
    finish,  ///< a request that moves is finished; nothing waits longer than 5 s for one that doesn't
  };
  std::stop_token signal = {};
  Then then = Then::finish;
};

class StoreConnection {
 public:
  /// Reads the AWS config files that environment names; makes no request yet. Logs at info what it came to.
  /// clock must outlive the connection. Throws base::Error: access_denied without credentials,
  /// invalid_argument for settings that can't be right.
  StoreConnection(const ConnectionOptions& options, const Environment& environment, base::Clock& clock,
                  std::shared_ptr<base::Logger> logger, const OnInterrupt& on_interrupt);
  ~StoreConnection();
  StoreConnection(const StoreConnection&) = delete;
  StoreConnection& operator=(const StoreConnection&) = delete;

  /// What the command works with: refuses every change unless options.access is read_write. The only way to a
  /// store, so that no command can get around a dry run.
  s3::ObjectStore& store();
  /// As many as the limit of open files allows; more requests than that wait for one another.
  std::size_t max_connections() const;
  /// Any thread.
  RequestCounts requests() const;

 private:
  struct Parts;
  const StoreAccess access_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace s3c::cli
