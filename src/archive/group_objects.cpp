#include "archive/group_objects.h"

#include "archive/attribute_recheck.h"

namespace s3c::archive {

GroupObjects::GroupObjects(PlanShared& shared, const catalog::Group& group, const std::set<std::string>& skip,
                           GroupTally& tally)
    : s_(shared), skip_(skip), tally_(tally), objects_(s_.source.objects_of(group, s_.filter)) {}

const s3::ObjectSummary* GroupObjects::next_to_pack() {
  while (const s3::ObjectSummary* object = s_.context.stop.stop_requested() ? nullptr : objects_->peek()) {
    const bool skipped = skip_.contains(object->key);
    const catalog::CommittedVolume* const volume = skipped ? nullptr : archived_->holder_of(*object);
    if (!skipped && volume == nullptr) return object;
    if (volume != nullptr) {
      const bool compare =
          !s_.options.keep_sources && must_compare_attributes(s_.options, volume->manifest());
      tally_.count_archived(*object, compare);
    }
    take();
  }
  return nullptr;
}

void GroupObjects::take() {
  tally_.count_listed(*objects_->peek());
  objects_->pop();
}

}  // namespace s3c::archive
