// --delete-versions: runs after delete markers have hidden the members of a group's volumes. Deletes
// permanently exactly the archived versions that lie under markers. Older versions stay, hidden. Otherwise an
// object that was overwritten before would become visible again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "archive/left_log.h"
#include "archive/options.h"
#include "archive/report.h"
#include "archive/stores.h"
#include "base/clock.h"
#include "base/log.h"
#include "catalog/catalog.h"
#include "catalog/layout.h"
#include "source/selection.h"

namespace s3c::archive {

struct SweepReport {
  std::uint64_t deleted = 0;        ///< archived versions
  std::uint64_t deleted_bytes = 0;  ///< their sizes
  std::uint64_t kept = 0;           ///< other versions under delete markers
  std::uint64_t kept_bytes = 0;     ///< their sizes
  std::vector<std::string> lost;    ///< committed archives of the group that are gone or replaced
  /// Archived versions that the store refused to delete (Object Lock), or that have tags which weren't archived.
  LeftObjects left;
  bool whole = false;  ///< every version of the group was looked at
};

/// Holds no state between calls; any thread.
class VersionSweep {
 public:
  struct Setup {
    Stores stores;
    catalog::Catalog& catalog;
    const ArchiveOptions& options;
    base::Clock& clock;
    base::Logger& log;
    LeftLog& left;
  };
  explicit VersionSweep(const Setup& setup) : s_(setup) {}

  /// Lists all versions of the group's keys, and looks at those that filter wants and that lie under a delete
  /// marker. Deletes the ones that a committed volume of the group holds, with the same key, version id, ETag
  /// and size; counts the others. That includes the versions that killed runs left. A "null" version is never
  /// deleted here, because a PUT may put another object in its place. Reads no catalog if nothing lies under
  /// a marker. Writes what it has done into report, also if it throws: what the listing, the catalog and
  /// DeleteLicense::renew() throw.
  void sweep(const catalog::Group& group, const source::ObjectFilter& filter, SweepReport& report);
  /// What sweep() would do now: counts, and changes nothing. Whether the store refuses a delete, and which
  /// versions have tags that weren't archived, it can't tell.
  SweepReport foresee(const catalog::Group& group, const source::ObjectFilter& filter);

 private:
  class OneGroup;

  const Setup s_;
};

}  // namespace s3c::archive
