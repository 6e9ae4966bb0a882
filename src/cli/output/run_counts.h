// What a run's observer has counted: the end of --events, and a part of the metrics.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/time.h"
#include "cli/output/metrics.h"
#include "cli/output/summary_parts.h"

namespace s3c::cli {

struct RunCounts {
  std::uint64_t groups = 0;  ///< that have ended
  std::uint64_t groups_failed = 0;
  std::uint64_t volumes = 0;  ///< committed
  std::uint64_t objects = 0;  ///< in these
  std::uint64_t source_bytes = 0;
  std::uint64_t archive_bytes = 0;
  std::uint64_t deleted = 0;
  std::uint64_t left = 0;
  std::uint64_t thaws = 0;
  std::map<std::string, std::uint64_t, std::less<>> verified;  ///< volumes by result
  std::uint64_t damages = 0;
  std::uint64_t records = 0;
  struct Garbage {
    std::uint64_t objects = 0;
    std::uint64_t bytes = 0;
  };
  std::map<std::pair<std::string, std::string>, Garbage> garbage;  ///< by kind and result
  std::uint64_t warnings = 0;
  std::uint64_t errors = 0;
  std::uint64_t storms = 0;
  std::optional<base::Timestamp> last_volume;  ///< when it was committed
};

/// The counts of the event run_finished. live: of what restore has done.
Json counts_json(const RunCounts& counts, const base::LiveValues::Values& live);
/// The same as metrics of command: only what it counts, because a zero of another command's metric says nothing.
Samples counts_as_samples(const RunCounts& counts, std::string_view command);

}  // namespace s3c::cli
