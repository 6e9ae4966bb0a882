// Whether an object still has the tags and the metadata that were archived. Both can change without a new
// ETag, so no condition of a delete sees that. Free functions, any thread. Each blocks, and throws the store's
// errors.
#pragma once

#include <optional>
#include <string>

#include "archive/options.h"
#include "archive/report.h"
#include "index/manifest.h"
#include "index/row.h"
#include "s3/object_store.h"

namespace s3c::archive {

/// Whether the members of a volume must be compared before they are deleted: with --recheck-tags, and if the
/// volume was packed without tags and this run was not told that tags don't matter.
bool must_compare_attributes(const ArchiveOptions& options, const index::Manifest& manifest);

/// Asks for the object's headers and tags, and compares them with the row. Returns why the object must stay;
/// nullopt: nothing is different, or the object is gone, also from the listing.
std::optional<LeftObject> changed_attributes(s3::ObjectStore& store, const index::Manifest& manifest,
                                             const index::Row& row);

/// The same for the tags of one version of the object. Nothing else of a version can change.
std::optional<LeftObject> changed_version_tags(s3::ObjectStore& store, const index::Manifest& manifest,
                                               const index::Row& row, const std::string& version_id);

}  // namespace s3c::archive
