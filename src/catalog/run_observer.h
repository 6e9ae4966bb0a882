// What a run tells of itself while it works. The rooms above call it; they neither know nor care who listens.
// src/cli writes what it hears: --events, --metrics-file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/live_values.h"

namespace s3c::catalog {

/// archive: a volume is committed and marked. From now on its sources may be deleted.
struct VolumeCommitted {
  std::string group;
  std::string archive_key;
  std::uint64_t objects = 0;
  std::uint64_t source_bytes = 0;
  std::uint64_t archive_bytes = 0;
};

/// archive: the deletes of a volume's sources are over, done or ended by an error.
struct SourcesDeleted {
  std::string group;
  std::string archive_key;
  std::uint64_t deleted = 0;
  std::uint64_t left = 0;
};

/// archive: a group is over. The sums are those of this run.
struct GroupFinished {
  std::string group;
  std::uint64_t volumes = 0;
  std::uint64_t objects = 0;  ///< archived
  std::uint64_t deleted = 0;
  std::uint64_t left = 0;
  std::optional<base::Error> failure;
};

/// restore: what it is going to do.
struct RestorePlanned {
  std::uint64_t volumes = 0;
  std::uint64_t members = 0;
  std::uint64_t bytes = 0;  ///< of the members, decoded
  std::uint64_t frozen_volumes = 0;
};

/// verify: what the look at a volume has found.
struct VolumeVerified {
  std::string archive_key;
  std::string_view result;  ///< VolumeFinding::Kind's name: "whole", "damaged", ...
  bool frozen = false;      ///< deep: it could not be read
  std::uint64_t damages = 0;
};

/// gc: one thing that may be garbage.
struct GarbageFound {
  std::string_view kind;    ///< GarbageKind's name: "upload", "manifest", ...
  std::string_view result;  ///< "removed", "would_remove", "left", "waiting", "damaged"
  std::string key;
  std::uint64_t bytes = 0;
};

/// Each method does nothing unless it is overridden. Called from any thread, also from several at once, and
/// between two steps of the work: an observer mustn't throw, and should be quick.
class RunObserver {
 public:
  RunObserver() = default;
  virtual ~RunObserver() = default;
  RunObserver(const RunObserver&) = delete;
  RunObserver& operator=(const RunObserver&) = delete;

  virtual void group_started(const std::string& /*group*/) {}
  virtual void volume_committed(const VolumeCommitted& /*volume*/) {}
  virtual void sources_deleted(const SourcesDeleted& /*deletes*/) {}
  virtual void group_finished(const GroupFinished& /*group*/) {}
  virtual void restore_planned(const RestorePlanned& /*plan*/) {}
  /// restore, thaw: S3 was asked to thaw an archive.
  virtual void thaw_asked(const std::string& /*archive_key*/) {}
  /// restore: begins with the members of a volume that can be read.
  virtual void volume_opened(const std::string& /*archive_key*/, std::uint64_t /*members*/) {}
  /// catalog rebuild: the lost records of an archive were made again.
  virtual void records_made(const std::string& /*archive_key*/, std::uint64_t /*objects*/) {}
  virtual void volume_verified(const VolumeVerified& /*volume*/) {}
  virtual void garbage_found(const GarbageFound& /*garbage*/) {}

  /// Where the run registers values that change all the time.
  base::LiveValues& live() { return live_; }

 private:
  base::LiveValues live_;
};

/// For runs that nobody watches.
inline RunObserver& no_observer() {
  static RunObserver nobody;
  return nobody;
}

}  // namespace s3c::catalog
