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

  /// Searches below prefix, whose first `level` levels gave fields. False: no more groups are wanted.
  bool search(const std::string& prefix, std::size_t level, const catalog::Fields& fields) {
    if (level == wanted_.layout.levels()) {
      catalog::Group found = group(prefix, fields);
      return !wanted_.selection.shard.owns(found.stem) || visit_(std::move(found));
    }
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

  OutsideLayout take_outside() { return std::move(outside_); }

 private:
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

  catalog::Group group(const std::string& prefix, const catalog::Fields& fields) const {
    catalog::Group g;
    g.prefix = prefix;
    g.fields = fields;
    g.stem = wanted_.archive_name.stem(wanted_.selection.bucket, wanted_.selection.prefix, fields);
    return g;
  }

  s3::ObjectStore& store_;
  const GroupSearch& wanted_;
  const std::stop_token& stop_;
  const std::function<bool(catalog::Group)>& visit_;
  OutsideLayout outside_;
};

}  // namespace

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
  finder.search(search.layout.root(search.selection.prefix), 0, {});
  return search.selection.shard.is_first() ? finder.take_outside() : OutsideLayout();
}

}  // namespace s3c::source
