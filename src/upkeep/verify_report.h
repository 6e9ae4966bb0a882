// What verify found: counts, and the first of each kind by name. So the report doesn't grow with the catalog.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"

namespace s3c::upkeep {

/// One thing that is not as it must be.
struct VolumeDamage {
  std::string archive_key;
  std::string key;   ///< of the member; empty: the damage concerns the whole volume
  std::string what;  ///< what is wrong, on one line
};

/// Volumes of one kind. One thread at a time.
struct VolumeNames {
  static constexpr std::size_t kMaxNamed = 1000;

  std::uint64_t count = 0;
  std::vector<std::string> named;  ///< the keys of the first kMaxNamed

  void add(const std::string& archive_key) {
    ++count;
    if (named.size() < kMaxNamed) named.push_back(archive_key);
  }
};

struct VerifyReport {
  static constexpr std::size_t kMaxNamed = 1000;
  static constexpr std::size_t kMaxFailures = 20;

  std::uint64_t volumes = 0;  ///< whole, damaged and frozen ones, and those of lost_id and unproven
  std::uint64_t whole = 0;    ///< of these volumes
  std::uint64_t objects = 0;  ///< members of the whole ones, by their manifests
  std::uint64_t archive_bytes = 0;
  std::uint64_t members_read = 0;  ///< deep: members that were read
  std::uint64_t damaged = 0;       ///< damaged volumes
  std::uint64_t damages = 0;
  std::vector<VolumeDamage> named;    ///< the first kMaxNamed of damages
  VolumeNames frozen;                 ///< deep: could not be read before a thaw
  std::uint64_t thaws_started = 0;    ///< of the frozen ones, by this run
  VolumeNames lost_id;                ///< whole by what the store returns or, deep, as read; but without id
  VolumeNames unproven;               ///< the store returns nothing that proves them; they weren't read
  VolumeNames mended;                 ///< whole ones that had lost their id; this run gave it back
  VolumeNames unfinished;             ///< records of runs that may still work
  VolumeNames garbage;                ///< records of killed runs, which gc removes
  VolumeNames foreign;                ///< objects under a volume's name that aren't ours
  std::uint64_t failed = 0;           ///< volumes that could not be looked at
  bool refused = false;               ///< at least one of these failures won't go away by itself
  std::vector<base::Error> failures;  ///< the first kMaxFailures
  bool interrupted = false;
};

}  // namespace s3c::upkeep
