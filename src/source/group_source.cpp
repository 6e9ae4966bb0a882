#include "source/group_source.h"

namespace s3c::source {
namespace {

class ListedObjects final : public ObjectStream {
 public:
  ListedObjects(s3::ObjectStore& store, const std::string& bucket, const std::string& prefix,
                const ObjectFilter& filter)
      : listing_(store, bucket, prefix, "", filter) {}

  const s3::ObjectSummary* peek() override { return listing_.peek(); }
  void pop() override { listing_.pop(); }
  std::optional<s3::ObjectListing::Rest> rest() const override { return listing_.rest(); }

 private:
  s3::ObjectListing listing_;
};

class ListedGroups final : public GroupSource {
 public:
  ListedGroups(s3::ObjectStore& store, const GroupSearch& search) : store_(store), search_(search) {}

  OutsideLayout find_groups(const std::stop_token& stop,
                            const std::function<bool(catalog::Group)>& visit) override {
    return source::find_groups(store_, search_, stop, visit);
  }
  std::unique_ptr<ObjectStream> objects_of(const catalog::Group& group, const ObjectFilter& filter) override {
    return std::make_unique<ListedObjects>(store_, search_.selection.bucket, group.prefix, filter);
  }

 private:
  s3::ObjectStore& store_;
  const GroupSearch search_;
};

/// On Amazon S3 a LIST of 1,000 keys costs as much as 12 HEADs. The pages of a listing come one after the other,
/// while several HEADs are on their way at once. With so many keys between the objects, a LIST is cheaper by far, and
/// a run doesn't wait for it.
constexpr std::uint64_t kMostKeysForOneObject = 20;

}  // namespace

bool listing_pays(const catalog::Group& group) {
  return !group.period || group.objects + group.objects_between <= kMostKeysForOneObject * group.objects;
}

bool lies_among_others(const catalog::Group& group) {
  return group.period && group.objects_between != 0;
}

std::unique_ptr<GroupSource> listed_groups(s3::ObjectStore& store, const GroupSearch& search) {
  return std::make_unique<ListedGroups>(store, search);
}

}  // namespace s3c::source
