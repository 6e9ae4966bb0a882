#include "catalog/tag_probe.h"

#include "base/error.h"
#include "base/ulid.h"
#include "catalog/catalog.h"

namespace s3c::catalog {

bool tells_tag_counts(s3::ObjectStore& store, const std::string& bucket, const std::stop_token& stop) {
  if (stop.stop_requested())
    throw base::Error(base::ErrorKind::cancelled, "stopped while asking what the store can do",
                      {.operation = "PutObject", .resource = bucket});
  const std::string key = probe_key(base::make_ulid(store.now())) + "-tagged";
  s3::PutObjectRequest request;
  request.bucket = bucket;
  request.key = key;
  request.attributes.content_type = "text/plain";
  request.attributes.tags = {{"s3compress", "probe"}};
  try {
    store.put_object(request, "s3compress was here");
    const bool tells = store.get_object({.bucket = bucket, .key = key}).head.tag_count > 0;
    Catalog(store, bucket).remove_object(key);
    return tells;
  } catch (const base::Error& error) {
    // The store may refuse tags, or another process (gc) may have removed the object.
    if (error.worth_retrying()) throw;
    return false;
  }
}

}  // namespace s3c::catalog
