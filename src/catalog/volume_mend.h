// An archive that lost its id gets it back: a copy of it onto its own name, inside the store. The one place
// that replaces an archive. docs/ordering.md, "An archive that lost its id", says why no byte can be lost by
// it.
#pragma once

#include <stop_token>
#include <string>

#include "base/slots.h"
#include "index/manifest.h"
#include "s3/object_store.h"

namespace s3c::catalog {

/// REQUIRES: the object at the archive's name with this ETag was read whole, and every byte is the
/// manifest's. Storage class, encryption, tags and metadata stay; the id is added. The copy is of that very
/// object, and replaces only that one: each part has the ETag as its condition, so has Complete, and stores
/// that ignore the latter are looked at right before. Returns once HEAD proves the archive. Blocks; any
/// thread. Throws Error: precondition_failed when another object stands there by now, and unsupported when
/// nothing that the store tells would prove the copy (both before anything was changed); cancelled when stop
/// is requested; corrupt when the copy isn't what was copied; and what the store throws. No upload is left
/// then, as far as the store lets us.
void give_id_back(s3::ObjectStore& store, const std::string& archive_bucket, const index::Manifest& manifest,
                  const std::string& etag, base::Slots& slots, const std::stop_token& stop);

}  // namespace s3c::catalog
