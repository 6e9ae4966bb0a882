#include "archive/group_finder.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "base/encoding.h"
#include "base/error.h"
#include "s3/listing.h"

namespace s3c::archive {
namespace {

class Finder {
 public:
  Finder(s3::ObjectStore& store, const ArchiveOptions& options, const std::stop_token& stop,
         const std::function<bool(Group)>& visit)
      : store_(store), options_(options), stop_(stop), visit_(visit) {}

  /// Looks below prefix, whose first `level` levels gave fields. False once no more is wanted.
  bool search(const std::string& prefix, std::size_t level, const Fields& fields) {
    if (level == options_.layout.levels()) return visit_(group(prefix, fields));
    // Where versions are to be deleted, the folders of older versions too: a killed run may have left some in
    // a group that has no objects any more.
    if (options_.delete_versions) {
      return search_pages(
          s3::VersionPages(store_, {.bucket = options_.selection.bucket, .prefix = prefix, .delimiter = "/"}),
          prefix, level, fields);
    }
    return search_pages(
        s3::ObjectPages(store_, {.bucket = options_.selection.bucket, .prefix = prefix, .delimiter = "/"}),
        prefix, level, fields);
  }

 private:
  template <typename Pages>
  bool search_pages(Pages pages, const std::string& prefix, std::size_t level, const Fields& fields) {
    std::string last_folder;
    while (const auto page = pages.next()) {
      if (stop_.stop_requested()) return false;
      for (const std::string& folder : page->common_prefixes) {
        // A page that comes again would run groups twice, or never end.
        if (folder <= last_folder || !folder.starts_with(prefix)) {
          throw base::Error(
              base::ErrorKind::corrupt,
              fmt::format("the listing is not in key order: \"{}\" came after \"{}\"",
                          base::printable(folder), base::printable(last_folder)),
              {.operation = "ListObjectsV2", .resource = options_.selection.bucket + "/" + prefix});
        }
        last_folder = folder;
        const auto found =
            options_.layout.match(level, std::string_view(folder).substr(prefix.size()), fields);
        if (!found || !options_.selection.dates.may_contain(date_of(*found))) continue;
        if (!search(folder, level + 1, *found)) return false;
      }
    }
    return true;
  }

  Group group(const std::string& prefix, const Fields& fields) const {
    Group g;
    g.prefix = prefix;
    g.fields = fields;
    g.stem = options_.archive_name.stem(options_.selection.bucket, options_.selection.prefix, fields);
    return g;
  }

  s3::ObjectStore& store_;
  const ArchiveOptions& options_;
  const std::stop_token& stop_;
  const std::function<bool(Group)>& visit_;
};

}  // namespace

void find_groups(s3::ObjectStore& store, const ArchiveOptions& options, const std::stop_token& stop,
                 const std::function<bool(Group)>& visit) {
  Finder(store, options, stop, visit).search(options.layout.root(options.selection.prefix), 0, {});
}

}  // namespace s3c::archive
