// How far a run is, for the display. The run writes; any thread may read a snapshot at any time.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/mutex.h"

namespace s3c::archive {

/// One group in work.
struct GroupProgress {
  enum class Stage { listing, packing, reading_back, committing, deleting };
  std::string prefix;
  Stage stage = Stage::listing;
  std::uint64_t listed = 0;   ///< objects to pack that the listing has shown so far
  bool listing_done = false;  ///< listed is final: a percentage and an ETA make sense
  std::uint64_t packed = 0;
  std::uint64_t bytes_in = 0;  ///< source bytes packed
  std::uint64_t deleted = 0;
};

struct RunProgress {
  std::uint64_t groups_found = 0;
  bool groups_final = false;  ///< every group has been found
  std::uint64_t groups_done = 0;
  std::uint64_t objects_packed = 0;
  std::uint64_t bytes_in = 0;   ///< source bytes packed
  std::uint64_t bytes_out = 0;  ///< archive bytes produced
  std::uint64_t objects_deleted = 0;
  std::uint64_t objects_left = 0;
  std::vector<GroupProgress> open_groups;  ///< in the order they were started
};

class Progress {
 public:
  RunProgress snapshot() const S3C_EXCLUDES(mutex_);

  void group_found() S3C_EXCLUDES(mutex_);
  void groups_final() S3C_EXCLUDES(mutex_);
  void group_started(const std::string& prefix) S3C_EXCLUDES(mutex_);
  /// Calls change with the group's entry and the totals, under the lock. A change that comes after
  /// group_done() still counts in the totals.
  template <typename Change>
  void update(const std::string& prefix, Change change) S3C_EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    GroupProgress ended;
    GroupProgress* open = find(prefix);
    change(open != nullptr ? *open : ended, totals_);
  }
  void group_done(const std::string& prefix) S3C_EXCLUDES(mutex_);

 private:
  GroupProgress* find(const std::string& prefix) S3C_REQUIRES(mutex_);

  mutable base::Mutex mutex_;
  RunProgress totals_ S3C_GUARDED_BY(mutex_);
};

}  // namespace s3c::archive
