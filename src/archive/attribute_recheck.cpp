#include "archive/attribute_recheck.h"

#include <map>

#include "base/error.h"
#include "s3/object_listing.h"

namespace s3c::archive {
namespace {

std::optional<LeftObject> changed(const index::Row& row, const char* what) {
  return LeftObject{row.key, LeftReason::attributes_changed, what};
}

}  // namespace

bool must_compare_attributes(const ArchiveOptions& options, const index::Manifest& manifest) {
  return options.recheck_attributes || (!manifest.tags_archived && !options.without_tags);
}

namespace {

std::optional<LeftObject> overwritten(const index::Row& row) {
  return LeftObject{row.key, LeftReason::overwritten, ""};
}

/// The store says that there is no such object. nullopt: it isn't listed any more either.
std::optional<LeftObject> absent(s3::ObjectStore& store, const index::Manifest& manifest,
                                 const index::Row& row) {
  const auto listed = s3::find_listed(store, manifest.source_bucket, row.key);
  if (!listed) return std::nullopt;
  if (listed->etag != row.etag) return overwritten(row);
  return LeftObject{row.key, LeftReason::unreadable, s3::listed_but_absent().message()};
}

/// told: how many tags the store told of.
std::optional<LeftObject> changed_tags(s3::ObjectStore& store, const index::Manifest& manifest,
                                       const index::Row& row, const std::string& version_id, int told) {
  const char* const unread = "its tags can't be read";
  std::map<std::string, std::string> tags;
  try {
    tags = store.get_object_tagging(manifest.source_bucket, row.key, version_id);
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::unsupported) throw;
    // A store that keeps no tags.
    return row.tags.empty() && told == 0 ? std::nullopt : changed(row, unread);
  }
  if (told > 0 && tags.size() != static_cast<std::size_t>(told)) return changed(row, unread);
  if (tags == row.tags) return std::nullopt;
  if (manifest.tags_archived) return changed(row, "its tags are others");
  return LeftObject{row.key, LeftReason::tags_not_archived, ""};
}

}  // namespace

std::optional<LeftObject> changed_version_tags(s3::ObjectStore& store, const index::Manifest& manifest,
                                               const index::Row& row, const std::string& version_id) {
  try {
    return changed_tags(store, manifest, row, version_id, 0);
  } catch (const base::Error& error) {
    // The listing has just named it.
    if (error.kind() != base::ErrorKind::not_found) throw;
    return LeftObject{row.key, LeftReason::unreadable, s3::listed_but_absent().message()};
  }
}

std::optional<LeftObject> changed_attributes(s3::ObjectStore& store, const index::Manifest& manifest,
                                             const index::Row& row) {
  const std::optional<s3::ObjectHead> head = store.head_object(manifest.source_bucket, row.key);
  if (!head) return absent(store, manifest, row);
  if (head->etag != row.etag) return overwritten(row);
  if (head->content_type != row.content_type) return changed(row, "its content type is another one");
  if (head->system_headers != row.system_headers) return changed(row, "its system headers are others");
  if (head->metadata != row.metadata || head->missing_metadata != 0)
    return changed(row, "its metadata is another one");
  try {
    return changed_tags(store, manifest, row, head->version_id, head->tag_count);
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::not_found) throw;
    return absent(store, manifest, row);
  }
}

}  // namespace s3c::archive
