// Finds members through the catalog alone: nothing is thawed, no archive is asked. What find shows, cat reads
// and restore brings back. A key whose day the layout tells costs one LIST, one GET of a manifest and one
// ranged GET of an index; everything else reads the manifests of the volumes in scope, several at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"
#include "catalog/catalog.h"
#include "catalog/catalog_scope.h"
#include "catalog/key_merge.h"
#include "catalog/member_query.h"
#include "index/row.h"
#include "s3/object_store.h"

namespace s3c::catalog {

struct SearchOptions {
  const CatalogScope& scope;
  const MemberQuery& query;
  std::string volume = {};  ///< only this archive's records; empty: all in scope
  int threads = 16;
};

struct SearchReport {
  std::uint64_t volumes = 0;  ///< whose indexes were looked into
  std::uint64_t members = 0;  ///< that were wanted
  /// Of volumes that could not be searched; the first twenty. What lies in them is not found.
  std::vector<base::Error> failures;
  std::uint64_t failed = 0;
};

/// Calls found from the calling thread: by source bucket, and in key order. Where several records have one
/// archive's name, as after a race, the archive is asked which one is its own; a single one is believed: who
/// reads the archive compares the id. Memory: the manifests of all volumes in scope, some blocks of rows for
/// each thread, and one block for each volume that has keys between the same two. Blocks.
/// Throws the store's errors when volumes can't be listed; those of single volumes are in the report.
/// cancelled when stop is requested.
SearchReport search_members(s3::ObjectStore& store, const SearchOptions& options, const std::stop_token& stop,
                            const FoundKeys& found);

/// The row on one line, newline included, as it stands in the index: docs/format.md, "Index".
std::string json_line_of(const index::Row& row);

}  // namespace s3c::catalog
