// What a run is given besides its options.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "archive/progress.h"
#include "archive/report.h"
#include "archive/stores.h"
#include "base/clock.h"
#include "base/log.h"
#include "catalog/run_observer.h"

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
  /// Makes the record of an archive that this program made, out of the archive, and throws base::Error if that
  /// can't be done. An empty one: such an archive ends its group with an error.
  std::function<void(const std::string& archive_key)> make_record = {};
  /// Takes every object that is left in place: LeftLog::Write.
  std::function<void(const LeftObject&)> write_left = {};
  catalog::RunObserver& observer = catalog::no_observer();
};

}  // namespace s3c::archive
