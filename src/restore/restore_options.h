// What a restore is asked to do, and what it works with.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/progress.h"
#include "catalog/catalog_scope.h"
#include "catalog/member_query.h"
#include "catalog/run_observer.h"
#include "catalog/volume_thaw.h"
#include "restore/restore_target.h"
#include "s3/object_store.h"

namespace s3c::restore {

struct RestoreOptions {
  catalog::CatalogScope scope;
  catalog::MemberQuery query;
  std::string volume;  ///< restore only from this archive, even if others are newer; empty: all in scope
  catalog::ThawOptions thaw;
  bool wait = false;  ///< wait until every volume is thawed; false: a later run restores the frozen ones
  std::chrono::milliseconds poll_interval = std::chrono::minutes(1);
  int threads = 256;  ///< ranges in flight, of at most 64 members each, which a thread restores one by one
  std::uint64_t memory_bytes = std::uint64_t{192} << 20;
};

/// Throws base::Error (invalid_argument) naming the option when values can't work.
void validate(const RestoreOptions& options);

/// How far a run has come.
struct RestoreCounts {
  std::uint64_t members = 0;       ///< planned
  std::uint64_t member_bytes = 0;  ///< of these, decoded
  std::uint64_t done = 0;          ///< written, equal, existing or failed
  std::uint64_t done_bytes = 0;    ///< of these
  std::uint64_t bytes = 0;         ///< written
  std::uint64_t waiting = 0;       ///< volumes whose thaw is waited for
};
using RestoreProgress = base::Progress<RestoreCounts>;

/// Everything a run works with; all of it outlives the run.
struct RestoreContext {
  s3::ObjectStore& store;
  base::Clock& clock;
  base::Logger& log;
  RestoreProgress& progress;
  std::stop_token stop;
  /// Called with each key that was found, on the calling thread.
  std::function<void(const std::string&)> found = {};
  /// The target for the rows of a source bucket. Empty: nothing is written, as when volumes are only thawed.
  std::function<RestoreTarget&(const std::string& source_bucket)> target_of = {};
  catalog::RunObserver& observer = catalog::no_observer();
};

}  // namespace s3c::restore
