// Finds out whether a store tells which objects have tags.
#pragma once

#include <stop_token>
#include <string>

#include "s3/object_store.h"

namespace s3c::catalog {

/// Writes a small object with a tag below the catalog's folder for probes, reads it, and removes it: three
/// requests. False: the answer to its GET has no number of tags, or that can't be found out, for example
/// because the credentials may not write tags. Blocks; any thread. Throws base::Error: cancelled when stop is
/// requested; throttled and transient when the store is in trouble.
bool tells_tag_counts(s3::ObjectStore& store, const std::string& bucket, const std::stop_token& stop);

}  // namespace s3c::catalog
