// Step 8 of the protocol: the members of a committed volume leave the source bucket. There is no other code
// that deletes source objects, and it can't be called without the proof.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "archive/catalog.h"
#include "archive/committed_volume.h"
#include "archive/options.h"
#include "archive/report.h"
#include "archive/source_listing.h"
#include "archive/store_powers.h"
#include "base/clock.h"
#include "base/log.h"
#include "s3/object_store.h"

namespace s3c::archive {

struct DeleteReport {
  std::uint64_t deleted = 0;  ///< by us, or gone before our delete came
  LeftObjects left;
};

enum class CommittedBy { this_run, earlier_run };

/// Holds no state between calls; any thread.
class SourceDeleter {
 public:
  struct Setup {
    s3::ObjectStore& store;
    Catalog& catalog;
    const ArchiveOptions& options;
    const StorePowers& powers;
    base::Clock& clock;
    base::Logger& log;
  };
  explicit SourceDeleter(const Setup& setup) : s_(setup) {}

  /// Puts the volume's commit mark (Catalog::put_commit_mark(); if that fails, nothing is deleted). Then
  /// lists the volume's key range again and deletes every object that filter wants and that is still the one
  /// archived: same ETag, size and last-modified; each delete carries the ETag as its condition where the
  /// store honours that. on_deleted is called with counts as they grow, from any of the deleting threads.
  /// Throws what listing and reading the index throw; what happens to single keys is in the report.
  DeleteReport delete_members(const CommittedVolume& volume, CommittedBy by, const ObjectFilter& filter,
                              const std::function<void(std::uint64_t)>& on_deleted);

 private:
  struct Doomed {
    s3::ObjectSummary object;
    std::string version_id;  ///< empty: the current version, leaving a delete marker in a versioned bucket
  };
  using Batch = std::vector<Doomed>;

  DeleteReport delete_batch(const index::Manifest& manifest, Batch batch);
  bool is_conditional(const Doomed& doomed) const;
  Batch still_there(const index::Manifest& manifest, const Batch& batch, DeleteReport& report);
  void leave(DeleteReport& report, const Doomed& doomed, LeftReason reason, const std::string& detail);

  const Setup s_;
};

}  // namespace s3c::archive
