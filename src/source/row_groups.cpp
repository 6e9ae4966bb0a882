#include "source/row_groups.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "s3/object_listing.h"
#include "source/row_sorter.h"

namespace s3c::source {
namespace {

/// So many rows of a group are read at once. A group with fewer is known whole, as by one page of a listing.
constexpr std::size_t kPageRows = 1000;

/// What the store says now of single objects, asked in key order. Neighbours come with one page of a listing.
class LiveLooks {
 public:
  LiveLooks(s3::ObjectStore& store, const std::string& bucket, const std::string& prefix)
      : store_(store), bucket_(bucket), prefix_(prefix) {}

  /// nullopt: there is no such object.
  std::optional<s3::ObjectSummary> look_at(const std::string& key) {
    if (!covers(key)) load(key);
    // Other keys may fill the page, between where it begins and this key.
    if (!covers(key)) return s3::find_listed(store_, bucket_, key);
    const auto found = std::lower_bound(page_.objects.begin(), page_.objects.end(), key, is_before);
    if (found == page_.objects.end() || found->key != key) return std::nullopt;
    return *found;
  }

 private:
  static bool is_before(const s3::ObjectSummary& object, const std::string& key) { return object.key < key; }

  bool covers(const std::string& key) const {
    if (!loaded_ || key <= after_) return false;
    return !page_.next_continuation_token || (!page_.objects.empty() && key <= page_.objects.back().key);
  }

  void load(const std::string& key) {
    after_ = s3::key_before(key);
    page_ = store_.list_objects({.bucket = bucket_, .prefix = prefix_, .start_after = after_});
    loaded_ = true;
    const auto by_key = [](const s3::ObjectSummary& a, const s3::ObjectSummary& b) { return a.key < b.key; };
    if (!std::is_sorted(page_.objects.begin(), page_.objects.end(), by_key)) {
      throw base::Error(base::ErrorKind::unsupported,
                        "the store doesn't list names in the order of their bytes, as S3 does",
                        {.operation = "ListObjectsV2", .resource = bucket_ + "/" + prefix_});
    }
  }

  s3::ObjectStore& store_;
  const std::string& bucket_;
  const std::string prefix_;
  bool loaded_ = false;
  std::string after_;  // the page has what comes after it
  s3::ListObjectsPage page_;
};

/// Whether the store lists times with milliseconds. Amazon S3 lists whole seconds. Where the store knows more, a row
/// in whole seconds was rounded: its time is not the one that the store tells, by which the newest object is chosen.
/// Any thread.
class ListedTimes {
 public:
  /// False: rows in whole seconds are as exact as the store is. True until that is known.
  bool may_be_finer() const { return whole_seconds_seen_ < kEnough; }
  void saw(base::Timestamp listed) {
    if (is_in_whole_seconds(listed)) {
      ++whole_seconds_seen_;
    } else {
      whole_seconds_seen_ = kNever;
    }
  }
  static bool is_in_whole_seconds(base::Timestamp time) {
    return std::chrono::floor<std::chrono::seconds>(time) == time;
  }

 private:
  static constexpr std::int64_t kEnough = 3;  // by chance, one of a thousand times has no milliseconds
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min() / 2;
  std::atomic<std::int64_t> whole_seconds_seen_{0};
};

/// The object of which the row tells, as it is listed now. Where it is another one, what the row tells takes the
/// place of what is listed: no object is like that, so the GET finds that the row is stale. HTTP's times are in whole
/// seconds. No listing tells a version: the GET's answer does.
s3::ObjectSummary meant_by(const ObjectRow& row, s3::ObjectSummary listed) {
  using std::chrono::floor;
  using std::chrono::seconds;
  const s3::ObjectSummary& told = row.object;
  if (!told.etag.empty()) listed.etag = told.etag;
  if (row.tells_size) listed.size_bytes = told.size_bytes;
  const bool same_second = floor<seconds>(told.last_modified) == floor<seconds>(listed.last_modified);
  if (row.tells_time && !same_second) listed.last_modified = told.last_modified;
  listed.version_id = told.version_id;
  return listed;
}

class RowObjects final : public ObjectStream {
 public:
  RowObjects(s3::ObjectStore& store, const std::string& bucket, const SortedRows& rows,
             const catalog::Group& group, const ObjectFilter& filter, ListedTimes& times,
             std::atomic<std::uint64_t>& gone)
      : cursor_(rows.from(group.place)),
        group_prefix_(group.prefix),
        filter_(filter),
        looks_(store, bucket, group.prefix),
        times_(times),
        gone_(gone) {}

  const s3::ObjectSummary* peek() override {
    while (!object_ && (at_ < page_.size() || !is_last_page_)) load();
    return object_ ? &*object_ : nullptr;
  }
  void pop() override { object_.reset(); }
  std::optional<s3::ObjectListing::Rest> rest() const override {
    if (!is_last_page_) return std::nullopt;
    s3::ObjectListing::Rest rest;
    if (object_) rest = {1, object_->size_bytes};
    for (std::size_t i = at_; i < page_.size(); ++i) {
      if (!page_[i].is_whole()) return std::nullopt;
      ++rest.objects;
      rest.bytes += page_[i].object.size_bytes;
    }
    return rest;
  }

 private:
  /// Moves on by one row.
  void load() {
    if (at_ == page_.size()) return load_page();
    const ObjectRow& row = page_[at_++];
    const bool is_coarse = ListedTimes::is_in_whole_seconds(row.object.last_modified);
    object_ = row.object;
    if (!row.is_whole() || (is_coarse && times_.may_be_finer())) look(row);
    if (object_ && !filter_(*object_)) object_.reset();
  }

  /// Completes the row by what the store tells.
  void look(const ObjectRow& row) {
    std::optional<s3::ObjectSummary> now = looks_.look_at(row.object.key);
    if (now) {
      times_.saw(now->last_modified);
      object_ = meant_by(row, *std::move(now));
    } else {
      object_.reset();
      ++gone_;
    }
  }

  void load_page() {
    page_.clear();
    at_ = 0;
    while (page_.size() < kPageRows && !is_last_page_) {
      std::optional<ObjectRow> row = cursor_.next();
      is_last_page_ = !row || !row->object.key.starts_with(group_prefix_);
      if (!is_last_page_) page_.push_back(*std::move(row));
    }
  }

  SortedRows::Cursor cursor_;
  const std::string group_prefix_;
  const ObjectFilter& filter_;
  LiveLooks looks_;
  ListedTimes& times_;
  std::atomic<std::uint64_t>& gone_;
  std::vector<ObjectRow> page_;
  std::size_t at_ = 0;  // of the next row in page_
  bool is_last_page_ = false;
  std::optional<s3::ObjectSummary> object_;
};

class RowGroups final : public GroupSource {
 public:
  RowGroups(s3::ObjectStore& store, const GroupSearch& search, const RowInput& input)
      : store_(store), search_(search), input_(input) {}

  OutsideLayout find_groups(const std::stop_token& stop,
                            const std::function<bool(catalog::Group)>& visit) override {
    RowSorter sorter(input_.temp_directory, stop);
    read_rows(
        store_, input_, search_.selection.bucket, stop,
        [&](const ObjectRow& row) {
          ++counts_.rows;
          if (is_wanted(row.object.key)) sorter.add(row);
        },
        [&] { ++counts_.rows, ++counts_.versions; });
    rows_.emplace(sorter.finish());
    visit_groups(stop, visit);
    return search_.selection.shard.is_first() ? std::move(outside_) : OutsideLayout();
  }

  std::unique_ptr<ObjectStream> objects_of(const catalog::Group& group, const ObjectFilter& filter) override {
    return std::make_unique<RowObjects>(store_, search_.selection.bucket, rows_.value(), group, filter,
                                        times_, gone_);
  }

  RowCounts counts() const override {
    RowCounts counts = counts_;
    counts.gone = gone_;
    return counts;
  }

 private:
  /// Whether the row's group is to be archived. Rows of one group mostly stand together.
  bool is_wanted(const std::string& key) {
    if (!last_folder_.empty() && key.starts_with(last_folder_)) return true;
    const std::string* const prefix = catalog::prefix_of_key(search_.layout, search_.selection.prefixes, key);
    const auto fields = prefix == nullptr ? std::nullopt : search_.layout.fields_of_key(*prefix, key);
    const bool is_ours =
        fields && search_.selection.dates.may_contain_group(catalog::date_of(*fields)) &&
        search_.selection.shard.owns(search_.archive_name.stem(search_.selection.bucket, *prefix, *fields));
    if (is_ours) {
      last_folder_ = search_.layout.group_prefix(*prefix, *fields);
    } else if (prefix != nullptr && !fields) {
      outside_.objects.add(key);
    } else {
      ++counts_.elsewhere;
    }
    return is_ours;
  }

  /// All rows of a group stand together, because they are sorted and a group has all keys below its folder.
  void visit_groups(const std::stop_token& stop, const std::function<bool(catalog::Group)>& visit) {
    SortedRows::Cursor cursor = rows_->from();
    std::string folder;
    for (std::uint64_t place = 0;; place = cursor.place()) {
      const std::optional<ObjectRow> row = cursor.next();
      if (!row || stop.stop_requested()) return;
      const std::string& key = row->object.key;
      if (!folder.empty() && key.starts_with(folder)) continue;
      const std::string& prefix = *catalog::prefix_of_key(search_.layout, search_.selection.prefixes, key);
      const catalog::Fields fields = search_.layout.fields_of_key(prefix, key).value();
      folder = search_.layout.group_prefix(prefix, fields);
      std::optional<catalog::Group> group = group_of(search_, prefix, folder, fields);
      if (!group) {
        outside_.folders.add(folder);
        continue;
      }
      group->place = place;
      if (!visit(*std::move(group))) return;
    }
  }

  s3::ObjectStore& store_;
  const GroupSearch search_;
  const RowInput& input_;
  RowCounts counts_;
  ListedTimes times_;
  std::atomic<std::uint64_t> gone_{0};
  OutsideLayout outside_;
  std::string last_folder_;  // of a row that was wanted
  std::optional<SortedRows> rows_;
};

}  // namespace

std::unique_ptr<GroupSource> groups_of_rows(s3::ObjectStore& store, const GroupSearch& search,
                                            const RowInput& input) {
  return std::make_unique<RowGroups>(store, search, input);
}

std::unique_ptr<GroupSource> groups_for(s3::ObjectStore& store, const GroupSearch& search,
                                        const std::optional<RowInput>& rows) {
  return rows ? groups_of_rows(store, search, *rows) : listed_groups(store, search);
}

}  // namespace s3c::source
