// Checks one volume for verify: what it is, and all that is wrong with it.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/counted.h"
#include "base/error.h"
#include "base/memory_budget.h"
#include "base/slots.h"
#include "catalog/catalog.h"
#include "catalog/catalog_scope.h"
#include "catalog/volume_audit.h"
#include "catalog/volume_listing.h"
#include "catalog/volume_state.h"
#include "catalog/volume_thaw.h"
#include "s3/object_store.h"
#include "upkeep/verify_progress.h"

namespace s3c::upkeep {

/// What the check of one volume found.
struct VolumeFinding {
  enum class Kind {
    whole,
    lost_id,   ///< whole, but its archive carries no id
    unproven,  ///< perhaps whole: only reading it can tell, and it wasn't read
    damaged,
    unfinished,  ///< a record of a run that may still work
    garbage,     ///< a record of a killed run
    unrecorded,  ///< an object without a volume's id and without a record that may be a volume all the same
    foreign,     ///< an object that isn't ours
    absent,      ///< there is neither an archive nor a record of that name
    failed,      ///< it could not be looked at
    none,        ///< it is gone by now, isn't in scope, or a stop ended the check
  };
  std::string archive_key;
  Kind kind = Kind::whole;
  bool frozen = false;  ///< deep: it must be thawed before it can be read; kind is what a shallow check found
  bool mended = false;  ///< it had lost its id, and this check gave it back: whole
  bool thaw_started = false;  ///< by this check
  bool unmarked = false;      ///< it is committed, but its commit mark isn't there
  std::optional<index::Manifest> manifest;
  base::Counted<catalog::Damage> damages;
  std::uint64_t members_read = 0;
  std::optional<base::Error> error;  ///< of kind failed

  void damage(std::string what);
};

/// The kind's name as it is written above; public API.
std::string_view to_string(VolumeFinding::Kind kind);

/// Any thread.
class VolumeCheck {
 public:
  struct Options {
    const catalog::CatalogScope& scope;
    bool deep = false;
    bool mend = false;                         ///< deep: a whole volume that lost its id gets it back
    std::optional<catalog::ThawOptions> thaw;  ///< deep: asked for where a volume is frozen
    std::chrono::seconds min_age{0};  ///< a younger record without its archive may be of a run that works
  };
  /// store, options.scope, memory and progress outlive the check. memory: for the bytes that a deep check
  /// reads. progress counts these bytes.
  VolumeCheck(s3::ObjectStore& store, const Options& options, base::MemoryBudget& memory,
              VerifyProgress& progress, std::stop_token stop);

  /// Checks a volume as a listing showed it, unless its manifest shows that it isn't in scope. No listing is
  /// a snapshot: a volume that looks damaged because a run commits it right now is looked at once more.
  /// Shallow: one GET, and a HEAD each of archive and index. If the store keeps no SHA-256 of the index, the
  /// index is read.
  VolumeFinding check(const catalog::ListedVolume& listed);
  /// Checks the volumes of that name, in scope or not; after a race there are several. Without any, returns
  /// one finding of kind absent.
  std::vector<VolumeFinding> check_named(const std::string& archive_key);

 private:
  enum class Wanted { in_scope, any };
  VolumeFinding check(const catalog::ListedVolume& listed, Wanted wanted);
  void judge(const catalog::ListedVolume& listed, VolumeFinding& finding);
  void judge_index(VolumeFinding& finding);
  void judge_mark(const catalog::CatalogRecord& record, VolumeFinding& finding);
  void judge_without_manifest(const catalog::ListedVolume& listed, VolumeFinding& finding);
  void expect_unlisted(const std::string& archive_key);
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
  VerifyProgress& progress_;
  const std::stop_token stop_;
  catalog::Catalog catalog_;
  base::Slots copies_;
};

}  // namespace s3c::upkeep
