// Whether a delete marker hides a key. Some stores answer 412 to If-None-Match: * over a delete marker, though
// no object stands there.
#pragma once

#include <string>

#include "s3/object_store.h"

namespace s3c::s3 {

/// Lists the versions of the key. False when they may not be listed, or when the store has no versions: then
/// nothing shows that a marker is the cause of a 412. Throws the store's other errors. Blocks; any thread.
bool is_hidden_by_marker(ObjectStore& store, const std::string& bucket, const std::string& key);

}  // namespace s3c::s3
