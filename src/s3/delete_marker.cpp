#include "s3/delete_marker.h"

#include "base/error.h"

namespace s3c::s3 {

bool is_hidden_by_marker(ObjectStore& store, const std::string& bucket, const std::string& key) {
  try {
    const ListObjectVersionsPage page = store.list_object_versions({.bucket = bucket, .prefix = key});
    // The versions of the key itself come first, the latest of them before all others.
    return !page.versions.empty() && page.versions.front().object.key == key &&
           page.versions.front().is_latest && page.versions.front().is_delete_marker;
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::access_denied && error.kind() != base::ErrorKind::unsupported) throw;
    return false;
  }
}

}  // namespace s3c::s3
