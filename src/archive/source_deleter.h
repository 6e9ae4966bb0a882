// Step 8 of the protocol: deletes the members of a committed volume from the source bucket. delete_members()
// can't be called without the proof of the commit, and every delete renews the proof (delete_license.h).
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "archive/batch_delete.h"
#include "archive/delete_conditions.h"
#include "archive/left_log.h"
#include "archive/options.h"
#include "archive/stores.h"
#include "base/bounded_queue.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "catalog/committed_volume.h"
#include "catalog/layout.h"
#include "source/group_source.h"
#include "source/selection.h"

namespace s3c::archive {

enum class CommittedBy { this_run, earlier_run };

/// A volume whose members are to be deleted from the source.
struct DoomedVolume {
  catalog::MarkedVolume volume;
  CommittedBy by;
  /// When the HEAD of its archive began that proved the commit; nullopt: too long ago.
  std::optional<base::Timestamp> proven_at;
};

/// Holds no state between calls; any thread.
class SourceDeleter {
 public:
  struct Setup {
    Stores stores;
    catalog::Catalog& catalog;
    source::GroupSource& groups;
    const ArchiveOptions& options;
    KnownDeleteConditions& conditions;
    base::Clock& clock;
    base::Logger& log;
    LeftLog& left;
    /// After it, what the store doesn't delete at once is left.
    std::stop_token stop = {};
  };
  explicit SourceDeleter(const Setup& setup) : s_(setup) {}

  /// Lists the volume's key range again, several stretches of it at a time; or asks for each object of the group that
  /// the volume holds, if a listing doesn't pay (source::listing_pays()). Deletes every object that filter wants and
  /// that is still the archived one: same ETag, size and last-modified (of a single object in whole seconds). Each
  /// delete carries the ETag as its condition where the store honours that. In a bucket that keeps versions a delete
  /// marker hides the object; VersionSweep deletes the version under it. on_done is called with what was just done,
  /// from any of the deleting threads, also if an error ends the deletes. Throws what listing and reading the index
  /// throw, and what DeleteLicense::renew() throws. What happens to single keys is in the reports.
  void delete_members(const DoomedVolume& doomed, const catalog::Group& group,
                      const source::ObjectFilter& filter,
                      const std::function<void(const DeleteReport&)>& on_done);

 private:
  /// A part of a volume's keys that is listed by itself.
  struct Stretch {
    std::string first_key;
    std::optional<std::string> end_key;  ///< behind its last key; nullopt: the volume's last key is its last
  };
  /// A large volume has several stretches, of whole blocks of the index.
  static std::vector<Stretch> stretches_of(const index::Manifest& manifest);

  /// Joins the stretch's objects with the volume, and hands out those to be deleted, a batch at a time.
  /// objects: in key order; has peek() and pop(), as source::ObjectStream. on_left: called with each object
  /// that this run archived and that isn't as its row says, because it was overwritten since. Any thread.
  template <typename Objects>
  void hand_out_batches(const DoomedVolume& doomed, const Stretch& stretch, Objects& objects,
                        base::BoundedQueue<BatchDelete::Batch>& batches,
                        const std::function<void(const LeftObject&)>& on_left);

  const Setup s_;
};

}  // namespace s3c::archive
