// `s3compress verify`: compares each volume with its manifest, by what the store returns for archive and
// index. Deep, it reads every byte and compares it with the index. It changes nothing, except that it can
// mend archives that lost their id.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/log.h"
#include "catalog/catalog_scope.h"
#include "catalog/run_observer.h"
#include "catalog/volume_thaw.h"
#include "s3/object_store.h"
#include "upkeep/verify_progress.h"
#include "upkeep/verify_report.h"

namespace s3c::upkeep {

struct VerifyOptions {
  catalog::CatalogScope scope;
  std::vector<std::string> volumes;          ///< only these archives; empty: all in scope
  bool deep = false;                         ///< read every member, decode it, compare it with the index
  bool mend = false;                         ///< deep: an archive that is whole but lost its id gets it back
  std::optional<catalog::ThawOptions> thaw;  ///< deep: asked for where a volume is frozen
  /// A younger record without its archive may be that of a run that still works.
  std::chrono::seconds min_age = std::chrono::days(7);
  int threads = 16;                                       ///< volumes checked in parallel; deep: two
  std::uint64_t memory_bytes = std::uint64_t{192} << 20;  ///< deep: for what is read and decoded
};

/// Throws base::Error (invalid_argument) naming the option when a value can't work.
void validate(const VerifyOptions& options);

/// Everything a run works with; all of it outlives the run.
struct VerifyContext {
  s3::ObjectStore& store;
  base::Logger& log;
  VerifyProgress& progress;
  std::stop_token stop;
  catalog::RunObserver& observer = catalog::no_observer();
  /// Count the volumes beside the checks, by listings of its own, so that the progress knows the total.
  bool count_total = false;
};

/// Checks every volume in scope, or those that were named, and reports what is wrong. Shallow: the listings,
/// one GET for each manifest, and a HEAD each for its archive and its index. Memory doesn't grow with the
/// catalog. A stop ends it between two ranges of a volume. Blocks. Throws the store's errors when the catalog
/// can't be listed; the errors of single volumes are in the report.
VerifyReport run_verify(const VerifyOptions& options, const VerifyContext& context);

}  // namespace s3c::upkeep
