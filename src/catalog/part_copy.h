// Makes the parts of an upload out of an object that the store already has: the store copies, no bytes
// travel. Readback does this with a staged copy, and mending with an archive that lost its id.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "base/slots.h"
#include "index/manifest.h"
#include "s3/object_store.h"
#include "s3/types.h"

namespace s3c::catalog {

/// Sends UploadPartCopy for every part, cut as the manifest says: equal parts make the same multipart ETag.
/// upload_id: an upload to the manifest's archive. Every copy has the source's ETag as its condition, so it
/// is a copy of that very object. As many copies run at a time as slots allows. Blocks; any thread. Throws
/// what the store throws, and cancelled when stop is requested. The caller then aborts the upload.
std::vector<s3::UploadedPart> copy_parts_of(s3::ObjectStore& store, const std::string& archive_bucket,
                                            const index::Manifest& manifest, const std::string& upload_id,
                                            const std::string& source_key, const std::string& source_etag,
                                            base::Slots& slots, const std::stop_token& stop = {});

}  // namespace s3c::catalog
