// Asks STS whose credentials are: for `whoami`, which finds them as a connection does, and for the error of a
// request that was denied.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "aws/credentials.h"
#include "base/clock.h"
#include "base/log.h"
#include "cli/options/connection.h"
#include "cli/options/environment.h"
#include "cli/output/whoami_summary.h"
#include "s3/client_settings.h"

namespace s3c::cli {

/// Who we are to one store. Doesn't throw for what is wrong with settings, credentials and STS: the report has
/// it. The source of a setting is empty if store says it.
WhoamiReport who_am_i(const StoreOptions& store, const ConnectionOptions& options,
                      const Environment& environment, base::Clock& clock,
                      std::shared_ptr<base::Logger> logger, const std::stop_token& stop);

/// For S3ClientConfig::caller: returns the caller's ARN, or an empty text if STS doesn't tell it within 3 s. The
/// first call asks; the others return what it was told. It needs no connection, so an error may ask when its
/// connection is gone. environment must outlive it.
std::function<std::string(const aws::Credentials*)> ask_caller(const s3::ClientSettings& settings,
                                                               const Environment& environment);

}  // namespace s3c::cli
