#include "source/row_groups.h"

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "source/groups_by_time.h"
#include "source/row_objects.h"
#include "source/row_sorter.h"

namespace s3c::source {
namespace {

class RowGroups final : public GroupSource {
 public:
  RowGroups(s3::ObjectStore& store, const GroupSearch& search, const RowInput& input)
      : store_(store), search_(search), input_(input) {}

  OutsideLayout find_groups(const std::stop_token& stop,
                            const std::function<bool(catalog::Group)>& visit) override {
    RowSorter sorter(input_.temp_directory, stop);
    counts_.split = read_rows(
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
    return std::make_unique<RowObjects>(rows_.value(), group, filter,
                                        RowCompletion(store_, search_.selection.bucket, group.prefix, times_),
                                        gone_);
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
  if (search.layout.period()) return groups_by_time(store, search, rows);
  return rows ? groups_of_rows(store, search, *rows) : listed_groups(store, search);
}

}  // namespace s3c::source
