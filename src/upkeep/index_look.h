// Whether a volume's index in the catalog is the one that its manifest names.
#pragma once

#include <string>

#include "catalog/catalog.h"
#include "index/manifest.h"
#include "s3/object_store.h"

namespace s3c::upkeep {

struct IndexLook {
  enum class State {
    right,
    missing,
    other,   ///< it isn't the manifest's; why says how that shows
    unread,  ///< only reading it can tell, and the caller wanted no reading
  };
  State state = State::right;
  std::string why;
};

/// One HEAD. If may_read is true: reads the index too if the store keeps no SHA-256 of it, and its last block if the
/// manifest doesn't tell its own SHA-256. Any thread.
/// Throws the store's errors.
IndexLook look_at_index(s3::ObjectStore& store, catalog::Catalog& catalog, const index::Manifest& manifest,
                        bool may_read);

}  // namespace s3c::upkeep
