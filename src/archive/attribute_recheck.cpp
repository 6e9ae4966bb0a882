#include "archive/attribute_recheck.h"

#include "base/error.h"

namespace s3c::archive {
namespace {

std::optional<LeftObject> changed(const index::Row& row, const char* what) {
  return LeftObject{row.key, LeftReason::attributes_changed, what};
}

}  // namespace

bool must_compare_attributes(const ArchiveOptions& options, const index::Manifest& manifest) {
  return options.recheck_attributes || (!manifest.tags_archived && !options.without_tags);
}

std::optional<LeftObject> changed_tags(s3::ObjectStore& store, const index::Manifest& manifest,
                                       const index::Row& row, const std::string& version_id) {
  try {
    if (store.get_object_tagging(manifest.source_bucket, row.key, version_id) == row.tags)
      return std::nullopt;
  } catch (const base::Error& error) {
    // Gone meanwhile, or a store that keeps no tags.
    if (error.kind() == base::ErrorKind::not_found) return std::nullopt;
    if (error.kind() != base::ErrorKind::unsupported) throw;
    return row.tags.empty() ? std::nullopt : changed(row, "its tags can't be read");
  }
  if (manifest.tags_archived) return changed(row, "its tags are others");
  return LeftObject{row.key, LeftReason::tags_not_archived, ""};
}

std::optional<LeftObject> changed_attributes(s3::ObjectStore& store, const index::Manifest& manifest,
                                             const index::Row& row) {
  const std::optional<s3::ObjectHead> head = store.head_object(manifest.source_bucket, row.key);
  if (!head || head->etag != row.etag) return std::nullopt;
  if (head->content_type != row.content_type) return changed(row, "its content type is another one");
  if (head->system_headers != row.system_headers) return changed(row, "its system headers are others");
  if (head->metadata != row.metadata || head->missing_metadata != 0)
    return changed(row, "its metadata is another one");
  return changed_tags(store, manifest, row, head->version_id);
}

}  // namespace s3c::archive
