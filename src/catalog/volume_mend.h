// Gives an archive that lost its id the id back: the store copies the archive onto its own name. No other
// code replaces an archive. docs/ordering.md, "An archive that lost its id", says why no byte can be lost by
// it.
#pragma once

#include <stop_token>
#include <string>

#include "base/slots.h"
#include "index/manifest.h"
#include "s3/object_store.h"

namespace s3c::catalog {

/// REQUIRES: the caller has read the whole object at the archive's name, it had this ETag, and every byte was
/// the manifest's. Keeps storage class, encryption, tags and metadata, and adds the id. Copies that very
/// object and replaces only that one: each part and Complete have the ETag as their condition. Some stores
/// ignore the condition of Complete, so the object is looked at once more right before. Returns once HEAD
/// proves the archive. Blocks; any thread. Throws Error: precondition_failed when another object stands there
/// by now, and unsupported when nothing that the store returns would prove the copy (both before anything was
/// changed); what AbortProbe throws; cancelled when stop is requested; corrupt when the copy isn't what was
/// copied; and what the store throws. After an error no upload is left, as far as the store allows.
void give_id_back(s3::ObjectStore& store, const std::string& archive_bucket, const index::Manifest& manifest,
                  const std::string& etag, base::Slots& slots, const std::stop_token& stop);

}  // namespace s3c::catalog
