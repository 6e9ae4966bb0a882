// Tries on objects of its own what archive stands on, in the archive bucket and the source bucket, and removes them
// again. What stands in the buckets is neither read nor changed.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/counted.h"
#include "s3/object_store.h"
#include "upkeep/power_finding.h"
#include "upkeep/probe_only_store.h"

namespace s3c::upkeep {

struct StoreCheckOptions {
  std::string archive_bucket;
  std::string bucket;  ///< the source's; empty: the source's powers are tried in the archive bucket
  /// Only look whether the buckets are there.
  bool dry_run = false;
};

/// Throws base::Error (invalid_argument) naming the option when values contradict each other or can't work.
void validate(const StoreCheckOptions& options);

/// Everything a check works with; all of it outlives the check.
struct StoreCheckContext {
  s3::ObjectStore& source;   ///< has the source bucket
  s3::ObjectStore& archive;  ///< has the archive bucket
  std::stop_token stop;      ///< after it, no further power is tried, and what was made is removed
};

struct StoreCheckReport {
  std::vector<PowerFinding> findings;  ///< in the order in which they were tried
  std::vector<LeftBehind> left;
  /// Errors that ended a trial. The powers that it was about are unknown.
  base::Failures failures;
  bool interrupted = false;

  /// The powers without which archive isn't safe or can't work, and which one of the buckets lacks; each once.
  std::vector<s3::Power> missing() const;
};

/// The powers of the archive bucket's store, then those of the source bucket's: some 100 small requests in the
/// folder s3compress_catalog/probe/ of each bucket. A power whose trial ended with an error is unknown, and the next
/// ones are tried all the same; after an error that every further request would meet, nothing more is tried.
/// Whatever happens, everything that was made is removed, and what could not be removed is in the report. So is what
/// checks and probes of other commands left there more than an hour ago. Blocks;
/// starts two threads of its own. Throws base::Error when a bucket isn't there or may not be listed: then nothing
/// was written.
StoreCheckReport check_store(const StoreCheckOptions& options, const StoreCheckContext& context);

}  // namespace s3c::upkeep
