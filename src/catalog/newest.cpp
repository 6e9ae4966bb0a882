#include "catalog/newest.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "catalog/layout.h"

namespace s3c::catalog {
namespace {

/// The numbers of two volumes; nullopt if they aren't of one group.
std::optional<std::pair<int, int>> numbers_in_one_group(const index::Manifest& a, const index::Manifest& b) {
  if (a.source_bucket != b.source_bucket || a.group_prefix != b.group_prefix) return std::nullopt;
  // A name doesn't say where its stem ends: "2018-10.zip" may be October, or volume 10 of 2018. Only both
  // names together say it.
  std::string_view stem = a.archive_key;
  for (const std::string_view end : {".zip", "-"}) {
    stem = stem.substr(0, stem.rfind(end));
    const std::optional<int> number_of_a = ArchiveName::volume_number(stem, a.archive_key);
    const std::optional<int> number_of_b = ArchiveName::volume_number(stem, b.archive_key);
    if (number_of_a && number_of_b) return std::pair(*number_of_a, *number_of_b);
  }
  return std::nullopt;
}

bool is_same_object(const FoundMember& a, const FoundMember& b) {
  // When versioning is turned on for a bucket, its objects get a version id that they didn't have before.
  const bool same_version =
      a.row.version_id == b.row.version_id || a.row.version_id.empty() || b.row.version_id.empty();
  return same_version && a.row.etag == b.row.etag && a.row.size_bytes == b.row.size_bytes &&
         a.row.last_modified == b.row.last_modified && a.row.crc32 == b.row.crc32 &&
         a.manifest->source_bucket == b.manifest->source_bucket;
}

}  // namespace

bool is_newer(const FoundMember& a, const FoundMember& b) {
  if (a.manifest->is_foreign() != b.manifest->is_foreign()) return b.manifest->is_foreign();
  if (!a.manifest->is_foreign() && a.row.last_modified != b.row.last_modified)
    return a.row.last_modified > b.row.last_modified;
  const auto numbers = numbers_in_one_group(*a.manifest, *b.manifest);
  return numbers && numbers->first > numbers->second;
}

std::vector<const FoundMember*> newest_of(const std::vector<FoundMember>& members) {
  std::vector<const FoundMember*> newest;
  for (const FoundMember& member : members) {
    const bool is_older = std::any_of(members.begin(), members.end(),
                                      [&](const FoundMember& other) { return is_newer(other, member); });
    if (!is_older) newest.push_back(&member);
  }
  std::sort(newest.begin(), newest.end(), [](const FoundMember* a, const FoundMember* b) {
    return std::tie(a->manifest->archive_key, a->manifest->id) <
           std::tie(b->manifest->archive_key, b->manifest->id);
  });
  const bool one_object = std::all_of(newest.begin(), newest.end(), [&](const FoundMember* member) {
    return is_same_object(*newest.front(), *member);
  });
  if (one_object && newest.size() > 1) newest.erase(newest.begin() + 1, newest.end());
  return newest;
}

}  // namespace s3c::catalog
