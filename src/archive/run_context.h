// What a run is given besides its options.
#pragma once

#include <stop_token>

#include "archive/progress.h"
#include "archive/stores.h"
#include "base/clock.h"
#include "base/log.h"

namespace s3c::archive {

/// Everything a run works with; all of it outlives the run.
struct RunContext {
  Stores stores;
  base::Clock& clock;
  base::Logger& log;
  Progress& progress;
  /// Stopped by the first SIGINT: no new objects are admitted, what is packed is committed and its sources
  /// deleted.
  std::stop_token stop;
};

}  // namespace s3c::archive
