#include "s3/object_listing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "source/selection.h"
#include "support/promise.h"

namespace s3c::source {
namespace {

using base::ErrorKind;
using support::Call;
using support::day_key;
using support::error_kind;
using support::FakeStore;
using support::store_error;

std::vector<std::string> listed(FakeStore& store, const Selection& selection = {},
                                const std::string& start_after = "",
                                base::Timestamp now = base::Timestamp::max()) {
  s3::ObjectListing listing(store, support::kSource, "sources/2018/04/01/", start_after,
                            ObjectFilter(selection, now));
  std::vector<std::string> keys;
  while (const s3::ObjectSummary* object = listing.peek()) {
    keys.push_back(object->key);
    listing.pop();
  }
  EXPECT_EQ(listing.peek(), nullptr);
  return keys;
}

TEST(ObjectListing, GoesThroughAllPagesAsksAheadAndOnlyWhenAsked) {
  FakeStore store;
  support::fill(store, 10);
  store.page_size = 3;
  EXPECT_EQ(listed(store).size(), 10u);
  EXPECT_EQ(listed(store, {}, day_key(1, 7)).size(), 2u);
  store.forget_journal();
  {
    s3::ObjectListing listing(store, support::kSource, "sources/2018/04/01/");
    EXPECT_TRUE(store.journal().empty());
    ASSERT_NE(listing.peek(), nullptr);
    EXPECT_EQ(listing.peek()->key, day_key(1, 0));
  }
  EXPECT_EQ(store.journal().size(), 2u) << "one page and the next ahead of it";
}

TEST(ObjectListing, Filters) {
  FakeStore store;
  support::fill(store, 10, 1);
  Selection selection;
  selection.include = {"*00?.xml"};
  selection.exclude = {"*3.xml", "*/2018/*7.xml"};
  EXPECT_EQ(listed(store, selection).size(), 8u);
  selection.include = {"nothing"};
  EXPECT_TRUE(listed(store, selection).empty());
  Selection young;
  young.min_age = std::chrono::seconds(1);
  // Objects are a millisecond apart from each other.
  const base::Timestamp third = store.objects(support::kSource).at(day_key(1, 2)).last_modified;
  EXPECT_EQ(listed(store, young, "", third + std::chrono::seconds(1)).size(), 3u);
}

TEST(ObjectListing, FiltersBySizeAndTakesTheBoundsThemselves) {
  FakeStore store;
  for (int i = 0; i < 5; ++i)
    store.put(support::kSource, day_key(1, i), std::string(static_cast<std::size_t>(i), 'x'));
  const auto sizes = [&](std::uint64_t least, std::uint64_t most) {
    Selection selection;
    selection.min_object_bytes = least;
    selection.max_object_bytes = most;
    return listed(store, selection);
  };
  EXPECT_EQ(listed(store).size(), 5u) << "empty objects are objects";
  EXPECT_EQ(sizes(2, 3), (std::vector<std::string>{day_key(1, 2), day_key(1, 3)}));
  EXPECT_EQ(sizes(1, 1), std::vector<std::string>{day_key(1, 1)});
  EXPECT_EQ(sizes(0, 0), std::vector<std::string>{day_key(1, 0)});
  EXPECT_TRUE(sizes(5, 9).empty());
}

TEST(ObjectListing, DoesNotBelieveKeysThatDoNotAscend) {
  FakeStore store;
  support::fill(store, 6, 1);
  store.page_size = 3;
  struct Lie {
    std::function<void(const s3::ListObjectsRequest&, s3::ListObjectsPage&)> tell;
    ErrorKind kind;  ///< unsupported: another run would meet it again
  };
  const std::vector<Lie> lies = {
      {[](const auto&, auto& page) { std::swap(page.objects[0], page.objects[1]); }, ErrorKind::unsupported},
      {[](const auto&, auto& page) { page.objects[1] = page.objects[0]; }, ErrorKind::corrupt},
      {[](const auto& request, auto& page) {
         if (!request.continuation_token.empty()) page.objects[0].key = day_key(1, 2);
       },
       ErrorKind::corrupt},
      {[](const auto&, auto& page) { page.objects[0].key = "sources/2018/04/00/x"; }, ErrorKind::unsupported},
      {[](const auto& request, auto& page) {
         if (!request.continuation_token.empty()) page.objects[2].key = "sources/2018/04/02/x";
       },
       ErrorKind::unsupported},
  };
  for (std::size_t i = 0; i < lies.size(); ++i) {
    store.alter_list = lies[i].tell;
    EXPECT_EQ(error_kind([&] { listed(store); }), lies[i].kind) << "lie " << i;
  }
}

TEST(ObjectListing, APageThatFailsIsNoEnd) {
  FakeStore store;
  support::fill(store, 6, 1);
  store.page_size = 3;
  store.before = [](const Call& c) {
    if (!c.range_or_token.empty()) throw store_error(ErrorKind::transient, "InternalError");
  };
  EXPECT_EQ(error_kind([&] { listed(store); }), ErrorKind::transient);
}

}  // namespace
}  // namespace s3c::source
