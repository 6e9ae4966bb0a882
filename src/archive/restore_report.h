// What a restore plans and what it did, as values: cli/ prints them, tests compare them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "index/manifest.h"
#include "s3/types.h"

namespace s3c::archive {

/// One volume that holds wanted members.
struct RestoreVolume {
  std::shared_ptr<const index::Manifest> manifest;
  std::string archive_key;
  std::string id;
  std::string source_bucket;
  std::string
      group;  ///< source bucket and key prefix: within one, the newest volume has the last word on a key
  base::Timestamp created_at{};
  std::string storage_class;
  std::uint64_t archive_bytes = 0;
  std::uint64_t members = 0;           ///< wanted ones
  std::uint64_t member_bytes = 0;      ///< of these, decoded
  std::uint64_t compressed_bytes = 0;  ///< of these, as they are fetched
  s3::ThawState thaw;
};

/// What a restore is going to do, told before it starts.
struct RestorePlan {
  std::vector<RestoreVolume> volumes;  ///< newest first within a group
  std::uint64_t members = 0;
  std::uint64_t member_bytes = 0;
  std::uint64_t compressed_bytes = 0;
  std::uint64_t frozen_volumes = 0;   ///< for which a thaw will be asked
  std::uint64_t frozen_bytes = 0;     ///< S3 thaws whole objects
  std::uint64_t thawing_volumes = 0;  ///< a thaw goes on already
  /// What S3 bills for the thaw and the requests, in dollars at list prices, if the archives lie in S3;
  /// without transfer out of the region and the storage of the thawed copies.
  double dollars = 0;
  /// Of volumes that could not be searched, or whose archive is not there: an unfinished volume, or a lost
  /// one. The first twenty.
  std::vector<base::Error> failures;
  std::uint64_t failed_volumes = 0;
  /// By group, when the newest of its volumes was made that could not be looked into but is there: it may
  /// hold newer objects than older volumes, which therefore stay.
  std::map<std::string, base::Timestamp> blocked;
};

/// Notes that a volume of the group, made then, could not be looked into.
void block(std::map<std::string, base::Timestamp>& blocked, const std::string& group,
           base::Timestamp made_at);

/// A member that was not brought back.
struct NotRestored {
  std::string key;
  std::string why;
};

struct RestoreReport {
  std::uint64_t restored = 0;
  std::uint64_t restored_bytes = 0;
  std::uint64_t equal = 0;     ///< were there already, with the same bytes
  std::uint64_t existing = 0;  ///< something else is there, and stays
  std::uint64_t failed = 0;
  bool refused = false;  ///< one of the failed would fail again
  /// The first thousand of existing and failed.
  std::vector<NotRestored> named;
  std::uint64_t thaws_started = 0;
  std::vector<RestoreVolume> waiting;  ///< volumes that are still frozen: their members come with a later run
  std::vector<base::Error>
      failures;  ///< volumes that could not be searched, thawed or read; the first twenty
  std::uint64_t failed_volumes = 0;
  bool interrupted = false;
};

}  // namespace s3c::archive
