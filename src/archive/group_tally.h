// What a group's run has done so far: its report, and its line of the progress.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "archive/open_volume.h"
#include "archive/progress.h"
#include "archive/report.h"
#include "archive/source_deleter.h"
#include "archive/version_sweep.h"
#include "base/mutex.h"
#include "index/manifest.h"
#include "s3/object_listing.h"
#include "s3/types.h"

namespace s3c::archive {

/// Any thread: the sources of one volume are deleted while the next one is packed.
class GroupTally {
 public:
  /// The report and the progress outlive it. No other code uses the report meanwhile.
  GroupTally(GroupReport& report, Progress& progress, std::string prefix)
      : report_(report), progress_(progress), prefix_(std::move(prefix)) {
    report.prefix = prefix_;
  }

  const std::string& group() const { return prefix_; }

  /// A pass lists the group again. The counts of the listing start again with what this run has already
  /// committed.
  void begin_pass();
  void count_listed(const s3::ObjectSummary& object);
  /// compare: its tags and metadata are compared before it is deleted.
  void count_archived(const s3::ObjectSummary& object, bool compare);
  void count_to_archive(const s3::ObjectSummary& object, bool compare);
  void set_lost(std::vector<std::string> archive_keys);
  void count_admitted(std::uint64_t size_bytes);
  void listing_done();
  /// The listing has come to its end: so much is still to be admitted.
  void foresee_rest(const s3::ObjectListing::Rest& rest);
  void add_left(LeftObject object);
  void add_left(const LeftObjects& objects);
  void add_sealed(const SealedVolume& sealed);
  void add_committed(const index::Manifest& manifest);
  void add_otherwise_stored(OtherwiseStored volume);
  void count_lost_race();
  void add_deletes(const DeleteReport& done);
  void add_sweep(const SweepReport& done);
  void add_foreseen_sweep(const SweepReport& foreseen);

  void set_stage(GroupProgress::Stage stage);
  void count_bytes_out(std::uint64_t bytes);

 private:
  base::Mutex mutex_;
  GroupReport& report_ S3C_GUARDED_BY(mutex_);
  Progress& progress_;
  const std::string prefix_;
};

}  // namespace s3c::archive
