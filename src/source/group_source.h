// Where the groups of a run and their objects come from: listings of the source bucket, or rows that somebody else
// wrote (an S3 Inventory, a manifest), or one listing of everything that is sorted by time. Both give the same groups
// for the same keys. Several threads may read the objects of different groups at once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include "catalog/layout.h"
#include "s3/object_store.h"
#include "source/group_finder.h"
#include "source/object_stream.h"
#include "source/selection.h"
#include "source/split_set.h"

namespace s3c::source {

/// What the rows were. All 0 if the groups come from listings.
struct RowCounts {
  std::uint64_t rows = 0;
  std::uint64_t elsewhere = 0;  ///< below none of the selection's prefixes, of other days, or another shard's
  std::uint64_t versions = 0;   ///< older versions and delete markers
  /// Rows whose objects were looked for, because the row lacked something, and are not there (any more). A GET finds
  /// out about the others.
  std::uint64_t gone = 0;
  std::optional<SplitTasks> split = {};  ///< which part of a split the rows are
};

class GroupSource {
 public:
  GroupSource() = default;
  GroupSource(const GroupSource&) = delete;
  GroupSource& operator=(const GroupSource&) = delete;
  virtual ~GroupSource() = default;

  /// Calls visit for each group that has at least one object, as find_groups() does. Called once, by one thread.
  virtual OutsideLayout find_groups(const std::stop_token& stop,
                                    const std::function<bool(catalog::Group)>& visit) = 0;
  /// The objects of a group that was found. No request is sent before the first peek().
  virtual std::unique_ptr<ObjectStream> objects_of(const catalog::Group& group,
                                                   const ObjectFilter& filter) = 0;
  /// REQUIRES: find_groups() has returned. gone: until now.
  virtual RowCounts counts() const { return {}; }
};

/// Whether a listing of all keys among which the group's objects lie costs less than a HEAD for each of them: to see
/// right before the deletes what is there. Always true for a group that has all keys below its prefix.
bool listing_pays(const catalog::Group& group);
/// Whether keys of other groups may lie between the group's.
bool lies_among_others(const catalog::Group& group);

/// Groups and objects by listing. Arguments outlive it.
std::unique_ptr<GroupSource> listed_groups(s3::ObjectStore& store, const GroupSearch& search);

}  // namespace s3c::source
