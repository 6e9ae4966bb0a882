#include "source/group_finder.h"

#include <optional>
#include <string>
#include <utility>

#include "s3/listing.h"

namespace s3c::source {
namespace {

class Finder {
 public:
  Finder(s3::ObjectStore& store, const GroupSearch& search, const std::stop_token& stop,
         const std::function<bool(catalog::Group)>& visit)
      : store_(store), wanted_(search), stop_(stop), visit_(visit) {}

  /// Searches below prefix, whose first `level` levels gave fields. False: no more groups are wanted.
  bool search(const std::string& prefix, std::size_t level, const catalog::Fields& fields) {
    if (level == wanted_.layout.levels()) return visit_(group(prefix, fields));
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

 private:
  template <typename Pages>
  bool search_pages(Pages pages, const std::string& prefix, std::size_t level,
                    const catalog::Fields& fields) {
    while (const auto page = pages.next()) {
      if (stop_.stop_requested()) return false;
      for (const std::string& folder : page->common_prefixes) {
        const auto found =
            wanted_.layout.match(level, std::string_view(folder).substr(prefix.size()), fields);
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
};

}  // namespace

void find_groups(s3::ObjectStore& store, const GroupSearch& search, const std::stop_token& stop,
                 const std::function<bool(catalog::Group)>& visit) {
  Finder(store, search, stop, visit).search(search.layout.root(search.selection.prefix), 0, {});
}

}  // namespace s3c::source
