// The source objects of a group, joined with what of the group is already archived.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "archive/group_tally.h"
#include "archive/plan_shared.h"
#include "catalog/catalog.h"
#include "catalog/layout.h"
#include "s3/object_listing.h"
#include "source/archived_members.h"
#include "source/object_stream.h"

namespace s3c::archive {

/// In key order, each object once. One thread.
class GroupObjects {
 public:
  /// skip: keys that are never handed out, also those that are added to the set later. All arguments outlive
  /// it.
  GroupObjects(PlanShared& shared, const catalog::Group& group, const std::set<std::string>& skip,
               GroupTally& tally);

  /// Whether the source shows no (further) object.
  bool at_end() { return objects_->peek() == nullptr; }
  /// From now on, members of these volumes are skipped. REQUIRES: called once, before any method below;
  /// volumes outlive this object.
  void join(catalog::Catalog& catalog, const std::vector<catalog::CommittedVolume>& volumes) {
    archived_.emplace(catalog, volumes);
  }
  /// Skips the objects that need no packing. nullptr: nothing is left to pack, or the run is asked to stop.
  /// Throws the store's errors.
  const s3::ObjectSummary* next_to_pack();
  /// Moves on by one object and counts it. REQUIRES: not at_end().
  void take();
  /// The volumes of which a member was skipped: their sources are still to be deleted.
  std::vector<const catalog::CommittedVolume*> volumes_with_sources() const {
    return archived_->volumes_with_sources();
  }
  /// As ObjectStream::rest().
  std::optional<s3::ObjectListing::Rest> rest() const { return objects_->rest(); }

 private:
  PlanShared& s_;
  const std::set<std::string>& skip_;
  GroupTally& tally_;
  const std::unique_ptr<source::ObjectStream> objects_;
  std::optional<source::ArchivedMembers> archived_;
};

}  // namespace s3c::archive
