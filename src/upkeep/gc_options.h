// What a gc is asked to do, and what it works with.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>

#include "base/log.h"
#include "catalog/layout.h"
#include "s3/object_store.h"

namespace s3c::upkeep {

struct GcOptions {
  std::string archive_bucket;
  /// Whose archives' names are known to be ours, with the three below. Empty: only what the catalog names is.
  std::string bucket;
  std::string prefix = "sources";
  catalog::Layout layout = catalog::Layout::parse(catalog::kDefaultLayout);
  catalog::ArchiveName archive_name = catalog::ArchiveName::parse(catalog::kDefaultArchiveName);
  /// Uploads and copies that are younger are left to the runs that made them, and with an upload its record.
  /// A record itself has no age.
  std::chrono::seconds min_age = std::chrono::days(7);
  bool dry_run = false;
  int threads = 16;  ///< volumes looked at at the same time
};

/// Throws base::Error (invalid_argument) naming the option when values contradict each other or can't work.
void validate(const GcOptions& options);

/// How far a run is. The run counts; any thread may read.
struct GcProgress {
  std::atomic<std::uint64_t> uploads{0};
  std::atomic<std::uint64_t> records{0};  ///< manifests and indexes
  std::atomic<std::uint64_t> removed{0};
};

/// Everything a run works with; all of it outlives the run.
struct GcContext {
  s3::ObjectStore& store;
  base::Logger& log;
  GcProgress& progress;
  std::stop_token stop;  ///< ends the search; what is in work is finished
};

}  // namespace s3c::upkeep
