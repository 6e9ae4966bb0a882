// Answers `whoami`: finds the credentials as a connection does, and asks STS whose they are.
#pragma once

#include <memory>
#include <stop_token>

#include "base/clock.h"
#include "base/log.h"
#include "cli/options/connection.h"
#include "cli/options/environment.h"
#include "cli/output/whoami_summary.h"

namespace s3c::cli {

/// Who we are to one store. Doesn't throw for what is wrong with settings, credentials and STS: the report has
/// it. The source of a setting is empty if store says it.
WhoamiReport who_am_i(const StoreOptions& store, const ConnectionOptions& options,
                      const Environment& environment, base::Clock& clock,
                      std::shared_ptr<base::Logger> logger, const std::stop_token& stop);

}  // namespace s3c::cli
