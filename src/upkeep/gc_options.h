// What gc is asked to do, and what it works with.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>

#include "base/log.h"
#include "base/progress.h"
#include "catalog/layout.h"
#include "catalog/run_observer.h"
#include "s3/object_store.h"

namespace s3c::upkeep {

struct GcOptions {
  std::string archive_bucket;
  /// With the three fields below it tells which archives' names are ours. Empty: only names in the catalog
  /// are ours.
  std::string bucket;
  catalog::Prefixes prefixes = {"sources"};
  catalog::Layout layout = catalog::Layout::parse(catalog::kDefaultLayout);
  catalog::ArchiveName archive_name = catalog::ArchiveName::parse(catalog::kDefaultArchiveName);
  /// Uploads and copies that are younger are left to the runs that made them. A record's own age doesn't count:
  /// it stays while its upload is young.
  std::chrono::seconds min_age = std::chrono::days(7);
  bool dry_run = false;
  int threads = 16;  ///< volumes handled in parallel
};

/// Throws base::Error (invalid_argument) naming the option when values contradict each other or can't work.
void validate(const GcOptions& options);

/// How far a run has come.
struct GcCounts {
  std::uint64_t uploads = 0;
  std::uint64_t records = 0;  ///< manifests and indexes
  std::uint64_t removed = 0;
};
using GcProgress = base::Progress<GcCounts>;

/// Everything a run works with; all of it outlives the run.
struct GcContext {
  s3::ObjectStore& store;
  base::Logger& log;
  GcProgress& progress;
  std::stop_token stop;  ///< ends the search; tasks that have begun are finished
  catalog::RunObserver& observer = catalog::no_observer();
};

}  // namespace s3c::upkeep
