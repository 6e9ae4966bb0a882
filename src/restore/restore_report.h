// What a restore plans and what it did, as values: cli/ prints them, tests compare them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/counted.h"
#include "base/time.h"
#include "catalog/catalog_keys.h"
#include "catalog/member_query.h"
#include "catalog/newest.h"
#include "index/manifest.h"
#include "s3/types.h"

namespace s3c::restore {

/// One volume from which members are restored.
struct RestoreVolume {
  std::shared_ptr<const index::Manifest> manifest;
  std::string archive_key;
  std::string id;
  std::string storage_class;
  std::uint64_t archive_bytes = 0;
  std::uint64_t members = 0;           ///< that are restored from it
  std::uint64_t missing = 0;           ///< of these: not at the target yet, or it wasn't looked
  std::uint64_t member_bytes = 0;      ///< of these, decoded
  std::uint64_t compressed_bytes = 0;  ///< of these, as they are fetched
  s3::ThawState thaw;
};

/// A member that was not brought back.
struct NotRestored {
  std::string key;
  std::string why;
};

/// The keys of which not every member is restored: several volumes hold one, or a volume that could not be
/// searched may hold a newer one. One thread writes, then any thread reads.
class ContestedKeys {
 public:
  /// winner: the member that is restored; nullptr: none.
  void decide(const std::string& source_bucket, const std::string& key, const catalog::FoundMember* winner);
  /// Whether the volume's member of this key is restored.
  bool bring_back(const index::Manifest& manifest, const std::string& key) const;

 private:
  using Winners = std::map<std::string, std::shared_ptr<const index::Manifest>>;  // by key
  std::map<std::string, Winners> winners_;                                        // by source bucket
};

/// What a restore is going to do, known before it starts.
struct RestorePlan {
  catalog::MemberQuery query;  ///< the one that was asked, settled
  /// The records that the search knew, and when it began to list them. Not asked for without targets.
  std::vector<catalog::ManifestName> records;
  base::Timestamp listed_at{};
  std::vector<RestoreVolume> volumes;  ///< by name
  std::uint64_t members = 0;           ///< that are restored: the newest one of each key
  std::uint64_t member_bytes = 0;
  std::uint64_t compressed_bytes = 0;
  /// Of these, at the target already. nullopt: too many to look, or there is no target.
  std::optional<std::uint64_t> there;
  std::uint64_t frozen_volumes = 0;   ///< for which the run asks for a thaw
  std::uint64_t frozen_bytes = 0;     ///< S3 thaws whole objects
  std::uint64_t thawing_volumes = 0;  ///< their thaw is already in progress
  /// What S3 bills for the thaw and the requests, in dollars at list prices, if the archives lie in S3;
  /// without transfer out of the region and the storage of the thawed copies.
  double dollars = 0;
  /// Of volumes that could not be searched, or whose archive is not there (an unfinished volume or a lost
  /// one).
  base::Failures failures;
  ContestedKeys contested;
  std::uint64_t tied = 0;      ///< keys of which several members are equally new: none is restored
  std::uint64_t withheld = 0;  ///< keys of which a volume that could not be searched may hold a newer member
  base::Counted<NotRestored> not_restored;  ///< tied and withheld
  /// Members that a run would leave out, as far as a look at the target shows. Not looked for if there are many.
  std::uint64_t existing = 0;           ///< something else is at their target
  std::uint64_t unstorable = 0;         ///< the target can't hold them
  base::Counted<NotRestored> left_out;  ///< existing and unstorable
  std::uint64_t to_compare = 0;         ///< something of their size is there: a run compares the bytes
  base::Counted<NotRestored> unlooked;  ///< the look at their target failed, as a run's would
  base::KindCounts unlooked_by_kind;

  /// Volumes of other shards were skipped: what was not found may be in them.
  bool other_shards = false;

  /// Whether the search met no member at all that was asked for, whatever would have become of it.
  bool found_nothing() const { return members + tied + withheld + failures.count() == 0; }
};

struct RestoreReport {
  std::uint64_t restored = 0;
  std::uint64_t restored_bytes = 0;
  std::uint64_t equal = 0;     ///< already there, with the same bytes
  std::uint64_t existing = 0;  ///< something else is there, and stays
  std::uint64_t tied = 0;      ///< keys whose newest member can't be found out
  std::uint64_t unstorable =
      0;  ///< the target can't hold them: a name that is too long, or not allowed there
  std::uint64_t failed = 0;
  base::KindCounts failed_by_kind;
  base::Counted<NotRestored> not_restored;  ///< existing, tied, unstorable and failed
  std::uint64_t thaws_started = 0;
  std::vector<RestoreVolume> waiting;  ///< volumes that are still frozen: a later run restores their members
  base::Failures failures;             ///< of volumes that could not be searched, thawed or read
  /// An error that every member still to come would have met too: the rest was not tried.
  std::optional<base::Error> ended_by;
  bool interrupted = false;
};

}  // namespace s3c::restore
