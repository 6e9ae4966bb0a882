#include "source/groups_by_time.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "s3/object_listing.h"
#include "source/row_objects.h"
#include "source/row_sorter.h"

namespace s3c::source {
namespace {

/// Sorts the objects of one prefix after the other into their periods.
class PeriodSorter {
 public:
  PeriodSorter(const GroupSearch& search, const std::stop_token& stop)
      : search_(search), period_(search.layout.period().value()), sorter_(search.temp_directory, stop) {}

  /// REQUIRES: the object's key lies below prefix, one of the selection's. False: its group isn't wanted.
  bool add(const std::string& prefix, s3::ObjectSummary object) {
    ++below_[prefix];
    ObjectRow row{.object = std::move(object), .tells_size = true, .tells_time = true};
    row.period = catalog::period_number(period_, row.object.last_modified);
    if (!is_wanted(prefix, row)) return false;
    sorter_.add(row);
    return true;
  }
  SortedRows finish() { return sorter_.finish(); }
  /// How many objects a prefix has, wanted or not.
  std::uint64_t below(const std::string& prefix) const { return below_.at(prefix); }

 private:
  bool is_wanted(const std::string& prefix, const ObjectRow& row) {
    const auto [known, is_new] = wanted_[prefix].try_emplace(row.period, false);
    if (is_new) {
      const Selection& selection = search_.selection;
      const catalog::Fields fields = catalog::period_of(period_, row.object.last_modified);
      const std::string stem = search_.archive_name.stem(selection.bucket, prefix, fields);
      // The first task names the groups that can have no archive.
      const bool can_have = stem.size() <= catalog::kMaxStemBytes && catalog::is_nameable(fields);
      const bool is_ours = can_have ? selection.shard.owns(stem) : selection.shard.is_first();
      known->second = is_ours && selection.dates.may_contain_group(catalog::date_of(fields));
    }
    return known->second;
  }

  const GroupSearch& search_;
  const catalog::Period period_;
  RowSorter sorter_;
  std::map<std::string, std::uint64_t> below_;
  std::map<std::string, std::unordered_map<std::int64_t, bool>> wanted_;  // the periods of each prefix
};

class GroupsByTime final : public GroupSource {
 public:
  GroupsByTime(s3::ObjectStore& store, const GroupSearch& search, const std::optional<RowInput>& input)
      : store_(store), search_(search), input_(input) {}

  OutsideLayout find_groups(const std::stop_token& stop,
                            const std::function<bool(catalog::Group)>& visit) override {
    PeriodSorter sorter(search_, stop);
    if (input_) {
      read(*input_, sorter, stop);
    } else {
      list(sorter, stop);
    }
    if (stop.stop_requested()) return {};
    rows_.emplace(sorter.finish());
    visit_groups(sorter, stop, visit);
    return search_.selection.shard.is_first() ? std::move(outside_) : OutsideLayout();
  }

  /// Every row is complete: the listing told it, or the store was asked before the row was sorted.
  std::unique_ptr<ObjectStream> objects_of(const catalog::Group& group, const ObjectFilter& filter) override {
    return std::make_unique<RowObjects>(rows_.value(), group, filter, std::nullopt, gone_);
  }

  RowCounts counts() const override {
    RowCounts counts = counts_;
    counts.gone = gone_;
    return counts;
  }

 private:
  void list(PeriodSorter& sorter, const std::stop_token& stop) {
    for (const std::string& prefix : search_.selection.prefixes) {
      s3::ObjectListing listing(store_, search_.selection.bucket, search_.layout.root(prefix), "", {},
                                search_.with_thaw_state);
      for (; const s3::ObjectSummary* object = listing.peek(); listing.pop()) {
        if (stop.stop_requested()) return;
        sorter.add(prefix, *object);
      }
    }
  }

  /// The rows are sorted by key first. So of several rows of one key only the latest counts, which decides the
  /// period; and what a row lacks costs one LIST for neighbours.
  void read(const RowInput& input, PeriodSorter& sorter, const std::stop_token& stop) {
    RowSorter by_key(input.temp_directory, stop);
    counts_.split = read_rows(
        store_, input, search_.selection.bucket, stop,
        [&](const ObjectRow& row) {
          ++counts_.rows;
          if (prefix_of(row.object.key) != nullptr) {
            by_key.add(row);
          } else {
            ++counts_.elsewhere;
          }
        },
        [&] { ++counts_.rows, ++counts_.versions; });
    const SortedRows rows = by_key.finish();
    const std::string* prefix = nullptr;
    std::optional<RowCompletion> completion;
    SortedRows::Cursor cursor = rows.from();
    while (std::optional<ObjectRow> row = cursor.next()) {
      if (stop.stop_requested()) return;
      const std::string* const of_row = prefix_of(row->object.key);
      if (of_row != prefix) {
        prefix = of_row;
        completion.emplace(store_, search_.selection.bucket, search_.layout.root(*prefix), times_);
      }
      std::optional<s3::ObjectSummary> object = completion->complete(*std::move(row));
      if (!object) {
        ++gone_;
      } else if (!sorter.add(*prefix, *std::move(object))) {
        ++counts_.elsewhere;
      }
    }
  }

  const std::string* prefix_of(const std::string& key) const {
    return catalog::prefix_of_key(search_.layout, search_.selection.prefixes, key);
  }

  /// All rows of a group stand together: of its period, those of one prefix. A group is visited when its last row was
  /// seen, because it tells how many it has.
  void visit_groups(const PeriodSorter& sorter, const std::stop_token& stop,
                    const std::function<bool(catalog::Group)>& visit) {
    SortedRows::Cursor cursor = rows_->from();
    std::optional<catalog::Group> group;
    std::int64_t period = 0;
    const std::string* prefix = nullptr;
    const auto is_visited = [&] {
      if (!group) return true;
      group->objects_between = sorter.below(*prefix) - group->objects;
      return visit(*std::exchange(group, std::nullopt));
    };
    for (std::uint64_t place = 0;; place = cursor.place()) {
      const std::optional<ObjectRow> row = cursor.next();
      if (stop.stop_requested()) return;
      const std::string* const of_row = row ? prefix_of(row->object.key) : nullptr;
      if (!row || period != row->period || of_row != prefix) {
        if (!is_visited() || !row) return;
        period = row->period;
        prefix = of_row;
        group = begin_group(*prefix, *row, place);
      }
      if (group) ++group->objects;
    }
  }

  /// nullopt: its archives' names would be too long, or nobody could read the year in them.
  std::optional<catalog::Group> begin_group(const std::string& prefix, const ObjectRow& row,
                                            std::uint64_t place) {
    const catalog::Period period = search_.layout.period().value();
    const catalog::Fields fields = catalog::period_of(period, row.object.last_modified);
    auto group = group_of(search_, prefix, search_.layout.group_prefix(prefix, fields), fields);
    if (!group || !catalog::is_nameable(fields)) {
      outside_.folders.add(search_.layout.group_name(prefix, fields));
      return std::nullopt;
    }
    group->period = period;
    group->place = place;
    return group;
  }

  s3::ObjectStore& store_;
  const GroupSearch search_;
  const std::optional<RowInput>& input_;
  RowCounts counts_;
  ListedTimes times_;
  std::atomic<std::uint64_t> gone_{0};
  OutsideLayout outside_;
  std::optional<SortedRows> rows_;
};

}  // namespace

std::unique_ptr<GroupSource> groups_by_time(s3::ObjectStore& store, const GroupSearch& search,
                                            const std::optional<RowInput>& rows) {
  return std::make_unique<GroupsByTime>(store, search, rows);
}

}  // namespace s3c::source
