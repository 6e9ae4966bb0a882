#include "source/group_finder.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "s3/listing.h"

namespace s3c::source {
namespace {

const std::string* object_key(const s3::ObjectSummary& object) {
  return &object.key;
}

/// nullptr: an older version or a delete marker is no object.
const std::string* object_key(const s3::ObjectVersion& version) {
  return version.is_latest && !version.is_delete_marker ? &version.object.key : nullptr;
}

const std::vector<s3::ObjectSummary>& rows_of(const s3::ListObjectsPage& page) {
  return page.objects;
}

const std::vector<s3::ObjectVersion>& rows_of(const s3::ListObjectVersionsPage& page) {
  return page.versions;
}

std::string count_of(std::uint64_t count, const char* one, const char* several) {
  return fmt::format("{} {}", count, count == 1 ? one : several);
}

class Finder {
 public:
  Finder(s3::ObjectStore& store, const GroupSearch& search, const std::stop_token& stop,
         const std::function<bool(catalog::Group)>& visit)
      : store_(store), wanted_(search), stop_(stop), visit_(visit) {}

  void search() {
    for (const std::string& prefix : wanted_.selection.prefixes) {
      prefix_ = &prefix;
      if (!search(wanted_.layout.root(prefix), 0, {})) return;
    }
  }

  OutsideLayout take_outside() { return std::move(outside_); }

 private:
  /// Searches below prefix, whose first `level` levels gave fields. False: no more groups are wanted.
  bool search(const std::string& prefix, std::size_t level, const catalog::Fields& fields) {
    if (level == wanted_.layout.levels()) return visit_group(prefix, fields);
    // If versions are to be deleted, folders with only older versions count, too. A killed run may have left
    // such versions in a group that has no objects any more.
    if (wanted_.with_versions) {
      return search_pages(
          s3::VersionPages(store_, {.bucket = wanted_.selection.bucket, .prefix = prefix, .delimiter = "/"}),
          prefix, level, fields);
    }
    return search_pages(
        s3::ObjectPages(store_, {.bucket = wanted_.selection.bucket, .prefix = prefix, .delimiter = "/"}),
        prefix, level, fields);
  }

  template <typename Pages>
  bool search_pages(Pages pages, const std::string& prefix, std::size_t level,
                    const catalog::Fields& fields) {
    while (const auto page = pages.next()) {
      if (stop_.stop_requested()) return false;
      for (const auto& row : rows_of(*page)) {
        if (const std::string* key = object_key(row)) outside_.objects.add(*key);
      }
      for (const std::string& folder : page->common_prefixes) {
        const auto found =
            wanted_.layout.match(level, std::string_view(folder).substr(prefix.size()), fields);
        if (!found) outside_.folders.add(folder);
        if (!found || !wanted_.selection.dates.may_contain(catalog::date_of(*found))) continue;
        if (!search(folder, level + 1, *found)) return false;
      }
    }
    return true;
  }

  bool visit_group(const std::string& folder, const catalog::Fields& fields) {
    auto group = group_of(wanted_, *prefix_, folder, fields);
    if (!group) outside_.folders.add(folder);
    return !group || !wanted_.selection.shard.owns(group->stem) || visit_(*std::move(group));
  }

  s3::ObjectStore& store_;
  const GroupSearch& wanted_;
  const std::stop_token& stop_;
  const std::function<bool(catalog::Group)>& visit_;
  const std::string* prefix_ = nullptr;  // of the selection's, the one that is searched now
  OutsideLayout outside_;
};

}  // namespace

std::optional<catalog::Group> group_of(const GroupSearch& search, const std::string& prefix,
                                       const std::string& folder, const catalog::Fields& fields) {
  catalog::Group group;
  group.prefix = folder;
  group.fields = fields;
  group.stem = search.archive_name.stem(search.selection.bucket, prefix, fields);
  if (group.stem.size() > catalog::kMaxStemBytes) return std::nullopt;
  return group;
}

std::string OutsideLayout::describe() const {
  std::string text;
  if (!objects.empty()) text = count_of(objects.count(), "object", "objects");
  if (folders.empty()) return text;
  return text + (text.empty() ? "" : " and ") +
         count_of(folders.count(), "folder with objects that were not counted",
                  "folders with objects that were not counted");
}

OutsideLayout find_groups(s3::ObjectStore& store, const GroupSearch& search, const std::stop_token& stop,
                          const std::function<bool(catalog::Group)>& visit) {
  Finder finder(store, search, stop, visit);
  finder.search();
  return search.selection.shard.is_first() ? finder.take_outside() : OutsideLayout();
}

}  // namespace s3c::source
