#include "archive/group_objects.h"

namespace s3c::archive {

GroupObjects::GroupObjects(PlanShared& shared, const std::string& group_prefix,
                           const std::set<std::string>& skip, GroupTally& tally)
    : s_(shared),
      skip_(skip),
      tally_(tally),
      listing_(s_.context.stores.source, s_.options.selection.bucket, group_prefix, "", s_.filter) {}

const s3::ObjectSummary* GroupObjects::next_to_pack() {
  while (const s3::ObjectSummary* object = s_.context.stop.stop_requested() ? nullptr : listing_.peek()) {
    const bool skipped = skip_.contains(object->key);
    const bool archived = !skipped && archived_->contains(*object);
    if (!skipped && !archived) return object;
    if (archived) tally_.count_archived(*object);
    take();
  }
  return nullptr;
}

void GroupObjects::take() {
  tally_.count_listed(*listing_.peek());
  listing_.pop();
}

}  // namespace s3c::archive
