// --recheck-tags: whether an object still has the tags and the metadata that were archived. Both can change
// without a new ETag, so no condition of a delete sees that. Free function, any thread.
#pragma once

#include <string>

#include "index/row.h"
#include "s3/object_store.h"

namespace s3c::archive {

/// Asks for the object's headers and tags, and compares them with the row. Returns what is different; empty:
/// nothing, or the object is gone or is another one, which the delete finds out. Blocks. Throws the store's
/// errors.
std::string changed_attributes(s3::ObjectStore& store, const std::string& bucket, const index::Row& row);

}  // namespace s3c::archive
