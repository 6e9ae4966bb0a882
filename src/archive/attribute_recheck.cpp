#include "archive/attribute_recheck.h"

#include <optional>

#include "base/error.h"

namespace s3c::archive {

std::string changed_attributes(s3::ObjectStore& store, const std::string& bucket, const index::Row& row) {
  const std::optional<s3::ObjectHead> head = store.head_object(bucket, row.key);
  if (!head || head->etag != row.etag) return {};
  if (head->content_type != row.content_type) return "its content type is another one";
  if (head->system_headers != row.system_headers) return "its system headers are others";
  if (head->metadata != row.metadata || head->missing_metadata != 0) return "its metadata is another one";
  try {
    if (store.get_object_tagging(bucket, row.key, head->version_id) != row.tags) return "its tags are others";
  } catch (const base::Error& error) {
    // Gone meanwhile, or a store that keeps no tags.
    if (error.kind() == base::ErrorKind::unsupported) return row.tags.empty() ? "" : "its tags can't be read";
    if (error.kind() != base::ErrorKind::not_found) throw;
  }
  return {};
}

}  // namespace s3c::archive
