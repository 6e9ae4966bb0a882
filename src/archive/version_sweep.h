// --delete-versions, after the members of a group's volumes were hidden by delete markers: exactly the
// archived versions that lie under markers are deleted, for ever. Older versions stay, hidden, so that
// nothing comes back to life that was overwritten before.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

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
  std::uint64_t deleted = 0;      ///< archived versions
  std::uint64_t kept = 0;         ///< other versions under delete markers
  std::uint64_t kept_bytes = 0;   ///< their sizes
  std::vector<std::string> lost;  ///< archives of the group that were committed, and are gone or replaced
  LeftObjects left;               ///< archived versions that the store refused to delete (Object Lock)
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
  };
  explicit VersionSweep(const Setup& setup) : s_(setup) {}

  /// Lists all versions of the group's keys. Of those that filter wants and that lie under a delete marker,
  /// deletes the ones that a committed volume of the group holds, by key, version id, ETag, size and
  /// last-modified; counts the others. A killed run's are among them. A "null" version is never deleted here:
  /// a PUT may put another object in its place. Reads no catalog where nothing lies under a marker. Throws
  /// what the listing, the catalog and DeleteLicense::renew() throw.
  SweepReport sweep(const catalog::Group& group, const source::ObjectFilter& filter);

 private:
  class OneGroup;

  const Setup s_;
};

}  // namespace s3c::archive
