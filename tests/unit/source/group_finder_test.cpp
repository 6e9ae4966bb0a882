#include "source/group_finder.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "support/promise.h"

namespace s3c::source {
namespace {

using base::ErrorKind;
using support::day_key;
using support::error_kind;
using support::FakeStore;
using support::Op;

archive::ArchiveOptions of_2018() {
  archive::ArchiveOptions options = support::small_options();
  options.selection.dates = catalog::DateRange::years({2018});
  return options;
}

void visit_groups(FakeStore& store, const archive::ArchiveOptions& options,
                  const std::function<bool(catalog::Group)>& visit) {
  find_groups(store, {options.selection, options.layout, options.archive_name}, {}, visit);
}

std::vector<std::string> groups_of(FakeStore& store, const archive::ArchiveOptions& options) {
  std::vector<std::string> prefixes;
  visit_groups(store, options, [&](catalog::Group group) {
    prefixes.push_back(group.prefix);
    return true;
  });
  return prefixes;
}

TEST(GroupFinder, ListsLevelsNotDays) {
  FakeStore store;
  for (int month = 1; month <= 12; ++month) {
    for (int day = 1; day <= 28; ++day)
      store.put(support::kSource, fmt::format("sources/2018/{:02}/{:02}/a", month, day), "x");
  }
  for (const char* year : {"2016", "2017", "2019"})
    store.put(support::kSource, fmt::format("sources/{}/01/01/a", year), "x");
  const auto prefixes = groups_of(store, of_2018());
  EXPECT_EQ(prefixes.size(), 12u * 28u);
  EXPECT_TRUE(std::is_sorted(prefixes.begin(), prefixes.end()));
  EXPECT_EQ(store.calls(Op::list).size(), 1u + 1u + 12u);
}

TEST(GroupFinder, PassesOverWhatIsNoDay) {
  FakeStore store;
  for (const char* key :
       {"sources/2018/02/28/a", "sources/2018/02/29/a", "sources/2016/02/29/a", "sources/2018/13/01/a",
        "sources/2018/readme", "sources/tmp/x", "sources/2018/04/1/a", "sources/20180401/a", "sources/a",
        "sources2/2018/01/01/a", "sources/2018/04/01", "sources/2018/05/01/deep/er/a"})
    store.put(support::kSource, key, "x");
  archive::ArchiveOptions options = support::small_options();
  EXPECT_EQ(groups_of(store, options),
            (std::vector<std::string>{"sources/2016/02/29/", "sources/2018/02/28/", "sources/2018/05/01/"}));
  options.selection.dates = catalog::DateRange::between("2018-03-01", std::nullopt);
  EXPECT_EQ(groups_of(store, options), (std::vector<std::string>{"sources/2018/05/01/"}));
}

TEST(GroupFinder, TellsWhatItSawThatFitsNoGroup) {
  FakeStore store;
  for (const char* key :
       {"sources/2018/04/01/a", "sources/2018/13/41/x", "sources/2018/04/x", "sources/2018/4/1/x",
        "sources/tmp/x", "sources/tmp/y", "sources/a", "sources/2017/x", "other/a"})
    store.put(support::kSource, key, "x");
  for (const bool with_versions : {false, true}) {
    const archive::ArchiveOptions options = of_2018();
    const OutsideLayout outside =
        find_groups(store, {options.selection, options.layout, options.archive_name, with_versions}, {},
                    [](const catalog::Group&) { return true; });
    // What lies under another year isn't looked at.
    EXPECT_EQ(outside.objects.named(), (std::vector<std::string>{"sources/a", "sources/2018/04/x"}));
    EXPECT_EQ(outside.folders.named(),
              (std::vector<std::string>{"sources/2018/13/", "sources/2018/4/", "sources/tmp/"}));
    EXPECT_EQ(outside.describe(), "2 objects and 3 folders with objects that were not counted");
  }
  EXPECT_EQ(store.calls(Op::list).size(), 3u) << "no listing more than the search needs";
}

TEST(GroupFinder, EachGroupIsOfOneShardAndOneShardTellsWhatFitsNone) {
  FakeStore store;
  for (int day = 1; day <= 28; ++day) store.put(support::kSource, day_key(day, 0), "x");
  store.put(support::kSource, "sources/stray", "x");
  archive::ArchiveOptions options = of_2018();
  const std::vector<std::string> all = groups_of(store, options);
  for (const std::uint32_t count : {1u, 2u, 3u, 40u}) {
    std::vector<std::string> found;
    for (std::uint32_t index = 0; index < count; ++index) {
      options.selection.shard = {index, count};
      const OutsideLayout outside =
          find_groups(store, {options.selection, options.layout, options.archive_name}, {},
                      [&](const catalog::Group& group) {
                        EXPECT_TRUE(options.selection.shard.owns(group.stem));
                        found.push_back(group.prefix);
                        return true;
                      });
      EXPECT_EQ(outside.objects.count(), index == 0 ? 1u : 0u);
    }
    std::sort(found.begin(), found.end());
    EXPECT_EQ(found, all) << count << " shards";
  }
  EXPECT_EQ(store.calls(Op::list, day_key(1, 0).substr(0, 19)).size(), 0u) << "groups are found, not listed";
}

TEST(GroupFinder, GoesOnToTheNextPageAndStopsWhenAsked) {
  FakeStore store;
  store.page_size = 2;
  for (int day = 1; day <= 7; ++day) store.put(support::kSource, day_key(day, 0), "x");
  EXPECT_EQ(groups_of(store, of_2018()).size(), 7u);
  int seen = 0;
  visit_groups(store, of_2018(), [&](const catalog::Group&) { return ++seen < 3; });
  EXPECT_EQ(seen, 3);
}

TEST(GroupFinder, DoesNotBelieveAPageThatComesAgain) {
  FakeStore store;
  store.put(support::kSource, day_key(1, 0), "x");
  store.alter_list = [](const s3::ListObjectsRequest&, s3::ListObjectsPage& page) {
    page.next_continuation_token = "again";
    page.common_prefixes = {"sources/2018/"};
  };
  EXPECT_EQ(error_kind([&] { groups_of(store, of_2018()); }), ErrorKind::corrupt);
  store.alter_list = [](const s3::ListObjectsRequest&, s3::ListObjectsPage& page) {
    page.common_prefixes = {"x/"};
  };
  EXPECT_EQ(error_kind([&] { groups_of(store, of_2018()); }), ErrorKind::unsupported);
}

}  // namespace
}  // namespace s3c::source
