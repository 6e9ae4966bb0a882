// The unfinished multipart uploads of a bucket, as a stream.
#pragma once

#include <functional>
#include <string>

#include "s3/object_store.h"

namespace s3c::archive {

/// Calls visit for every unfinished upload to a key that starts with prefix, in key order, until it returns
/// false; a page is in memory at a time. What visit aborts meanwhile doesn't disturb the listing.
/// Throws the store's errors, and corrupt for a listing that doesn't move on. Blocks; any thread.
void for_each_upload(s3::ObjectStore& store, const std::string& bucket, const std::string& prefix,
                     const std::function<bool(const s3::MultipartUpload&)>& visit);

}  // namespace s3c::archive
