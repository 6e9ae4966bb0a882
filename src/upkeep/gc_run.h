// `s3compress gc`: what killed runs left in an archive bucket goes. Nothing is removed that isn't provably
// ours, and nothing that a running job could still commit: docs/ordering.md, "What killed runs leave".
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>

#include "base/log.h"
#include "catalog/layout.h"
#include "s3/object_store.h"
#include "upkeep/gc_report.h"

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

/// How far a run is; the run counts, any thread may read.
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

/// Runs to the end and says what was done. Blocks; starts options.threads threads. Memory doesn't grow with
/// the catalog. Throws base::Error when the archive bucket can't be listed at all, and what
/// AbortProbe::expect_harmless() throws: the store is asked before the first abort, never by a dry run. Other
/// failures are in the report and don't stop the rest. REQUIRES: validate(options) passed.
GcReport run_gc(const GcOptions& options, const GcContext& context);

}  // namespace s3c::upkeep
