// One volume, looked at for verify: what it is, and all that is wrong with it.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/memory_budget.h"
#include "base/slots.h"
#include "catalog/catalog.h"
#include "catalog/volume_audit.h"
#include "catalog/volume_listing.h"
#include "catalog/volume_state.h"
#include "catalog/volume_thaw.h"
#include "s3/object_store.h"

namespace s3c::upkeep {

/// What came out about one volume.
struct VolumeFinding {
  enum class Kind {
    whole,
    lost_id,   ///< whole, but its archive carries no id
    unproven,  ///< perhaps whole: only reading it tells, and it wasn't read
    damaged,
    unfinished,  ///< a record of a run that may still work
    garbage,     ///< a record of a killed run
    foreign,     ///< an object that isn't ours
    failed,      ///< it could not be looked at
    none,        ///< gone meanwhile, or not looked at to the end because of stop
  };
  std::string archive_key;
  Kind kind = Kind::whole;
  bool frozen = false;        ///< deep: it could not be read before a thaw; besides it is what kind says
  bool mended = false;        ///< it had lost its id, and has it again: whole
  bool thaw_started = false;  ///< by this look at it
  std::optional<index::Manifest> manifest;
  std::vector<catalog::Damage> damages;  ///< the first AuditReport::kMaxNamed or so
  std::uint64_t damage_count = 0;
  std::uint64_t members_read = 0;
  std::optional<base::Error> error;  ///< of a failed one

  void damage(std::string what);
};

/// Any thread.
class VolumeCheck {
 public:
  struct Options {
    bool deep = false;
    bool mend = false;                         ///< deep: what is whole and lost its id gets it back
    std::optional<catalog::ThawOptions> thaw;  ///< deep: asked for where a volume is frozen
    std::chrono::seconds min_age{0};  ///< younger records without their archive may be of runs that work
  };
  /// All of it outlives the check. memory: for what is read deep. bytes_read counts that.
  VolumeCheck(s3::ObjectStore& store, const std::string& archive_bucket, const Options& options,
              base::MemoryBudget& memory, std::atomic<std::uint64_t>& bytes_read, std::stop_token stop);

  /// A volume as a listing showed it. No listing is a snapshot: what looks damaged because a run commits it
  /// right now is looked at once more. Shallow: one GET, and a HEAD each of archive and index; where the
  /// store keeps no SHA-256 of the index, that is read.
  VolumeFinding check(const catalog::ListedVolume& listed);
  /// The volumes of that name, several after a race. Without any: one that failed, as not_found.
  std::vector<VolumeFinding> check_named(const std::string& archive_key);

 private:
  void judge(const catalog::ListedVolume& listed, VolumeFinding& finding);
  void judge_index(VolumeFinding& finding);
  void judge_without_manifest(const catalog::ListedVolume& listed, VolumeFinding& finding);
  void judge_unfinished(const catalog::ListedVolume& listed, VolumeFinding& finding);
  std::optional<catalog::CatalogRecord> find_record(const catalog::ManifestName& name);
  void read(const std::optional<s3::ObjectSummary>& archive, VolumeFinding& finding);
  std::string etag_of(const std::optional<s3::ObjectSummary>& archive, const std::string& archive_key);
  bool read_index(VolumeFinding& finding);
  bool audit(const std::string& etag, VolumeFinding& finding);
  void visited(std::uint64_t bytes);

  s3::ObjectStore& store_;
  const std::string bucket_;
  const Options options_;
  base::MemoryBudget& memory_;
  std::atomic<std::uint64_t>& bytes_read_;
  const std::stop_token stop_;
  catalog::Catalog catalog_;
  base::Slots copies_;
};

}  // namespace s3c::upkeep
