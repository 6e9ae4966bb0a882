#include "archive/group_finder.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "base/encoding.h"
#include "base/error.h"

namespace s3c::archive {
namespace {

class Finder {
 public:
  Finder(s3::ObjectStore& store, const ArchiveOptions& options, const std::function<bool(Group)>& visit)
      : store_(store), options_(options), visit_(visit) {}

  /// Looks below prefix, whose first `level` levels gave fields. False once visit wants no more.
  bool search(const std::string& prefix, std::size_t level, const Fields& fields) {
    if (level == options_.layout.levels()) return visit_(group(prefix, fields));
    s3::ListObjectsRequest request;
    request.bucket = options_.selection.bucket;
    request.prefix = prefix;
    request.delimiter = "/";
    std::string last_folder;
    for (;;) {
      const s3::ListObjectsPage page = list_folders(request);
      for (const std::string& folder : page.common_prefixes) {
        // A page that comes again would run groups twice, or never end.
        if (folder <= last_folder || !folder.starts_with(prefix)) {
          throw base::Error(base::ErrorKind::corrupt,
                            fmt::format("the listing is not in key order: \"{}\" came after \"{}\"",
                                        base::printable(folder), base::printable(last_folder)),
                            {.operation = "ListObjectsV2", .resource = request.bucket + "/" + prefix});
        }
        last_folder = folder;
        const auto found =
            options_.layout.match(level, std::string_view(folder).substr(prefix.size()), fields);
        if (!found || !options_.selection.dates.may_contain(date_of(*found))) continue;
        if (!search(folder, level + 1, *found)) return false;
      }
      if (!page.next_continuation_token) return true;
      request.continuation_token = *page.next_continuation_token;
    }
  }

 private:
  /// Where versions are to be deleted, the folders of older versions too: a killed run may have left some in
  /// a group that has no objects any more.
  s3::ListObjectsPage list_folders(const s3::ListObjectsRequest& request) {
    if (!options_.delete_versions) return store_.list_objects(request);
    s3::ListObjectVersionsRequest all;
    all.bucket = request.bucket;
    all.prefix = request.prefix;
    all.delimiter = request.delimiter;
    all.key_marker = request.continuation_token;
    s3::ListObjectVersionsPage versions = store_.list_object_versions(all);
    s3::ListObjectsPage page;
    page.common_prefixes = std::move(versions.common_prefixes);
    if (versions.truncated) page.next_continuation_token = std::move(versions.next_key_marker);
    return page;
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
  const std::function<bool(Group)>& visit_;
};

}  // namespace

void find_groups(s3::ObjectStore& store, const ArchiveOptions& options,
                 const std::function<bool(Group)>& visit) {
  Finder(store, options, visit).search(options.layout.root(options.selection.prefix), 0, {});
}

}  // namespace s3c::archive
