// What verify found: counts, and the first of each kind by name. So the report doesn't grow with the catalog.
#pragma once

#include <cstdint>
#include <string>

#include "base/counted.h"
#include "base/day_sums.h"

namespace s3c::upkeep {

/// One thing that is not as it must be.
struct VolumeDamage {
  std::string archive_key;
  std::string key;   ///< of the member; empty: the damage concerns the whole volume
  std::string what;  ///< what is wrong, on one line
};

/// Volumes of one kind, by their keys.
using VolumeNames = base::Counted<std::string>;

struct VerifyReport {
  std::uint64_t volumes = 0;  ///< whole, damaged and frozen ones, and those of lost_id and unproven
  std::uint64_t whole = 0;    ///< of these volumes
  std::uint64_t objects = 0;  ///< members of the whole ones, by their manifests
  std::uint64_t archive_bytes = 0;
  std::uint64_t members_read = 0;  ///< deep: members that were read
  std::uint64_t damaged = 0;       ///< damaged volumes
  base::Counted<VolumeDamage> damages;
  base::DaySums by_day;             ///< of the whole ones
  VolumeNames frozen;               ///< deep: could not be read before a thaw
  std::uint64_t thaws_started = 0;  ///< of the frozen ones, by this run
  VolumeNames lost_id;              ///< whole by what the store returns or, deep, as read; but without id
  VolumeNames unproven;             ///< the store returns nothing that proves them; they weren't read
  VolumeNames mended;               ///< whole ones that had lost their id; this run gave it back
  VolumeNames unmarked;             ///< committed ones, whole or damaged, whose commit mark isn't there
  VolumeNames unfinished;           ///< records of runs that may still work
  VolumeNames garbage;              ///< records of killed runs, which gc removes
  VolumeNames unrecorded;  ///< objects under a volume's name without id and record that may be volumes
  VolumeNames foreign;     ///< objects under a volume's name that aren't ours
  bool foreign_was_named = false;  ///< the user asked for one of these
  VolumeNames absent;              ///< volumes that were named and of which there is nothing
  base::Failures failures;         ///< of volumes that could not be looked at
  bool other_shards = false;       ///< volumes of other shards were skipped
  bool interrupted = false;

  /// Not one volume was compared with its manifest, whatever else was found. A task of several may have none.
  bool nothing_verified() const { return volumes == 0 && failures.empty() && !other_shards; }
};

}  // namespace s3c::upkeep
