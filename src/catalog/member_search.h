// Finds members through the catalog alone: nothing is thawed, and no member is read. find, cat and restore
// use it. If the layout fits a key, and the layout notes show that no volume of another layout may hold it, its search
// costs four LISTs (of the notes, and of the archives, commit marks and manifests of the key's group), one GET of a
// manifest and one ranged GET of an index. Every other search reads the manifests of the volumes in scope, several at
// a time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/counted.h"
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
  /// Whether the archives are looked at too, for a caller that doesn't read them: a HEAD for each volume that may
  /// hold a wanted member.
  bool look_at_archives = false;
  bool keep_records = false;  ///< whether the report names the records
};

struct SearchReport {
  std::uint64_t volumes = 0;  ///< whose indexes were searched
  std::uint64_t members = 0;  ///< wanted members that were found
  /// Volumes of other shards were skipped: what was not found may be in them.
  bool other_shards = false;
  MemberQuery query;        ///< the query that was asked, settled: which of its texts are keys
  base::Failures failures;  ///< of volumes that could not be searched; members of these are not found
  /// With look_at_archives: of volumes whose archive is lost or isn't what was committed. Their members are found
  /// all the same.
  base::Failures damages;
  /// With keep_records: all that were listed, and so all that the result can tell of.
  std::vector<ManifestName> records;
};

/// First settles the query: a text that may be a key or a glob is a key if a volume in scope holds a key of
/// that very name. If the part of an index that may hold it can't be read, it counts as a key: the wrong
/// objects would be worse than none. Then calls found on the calling thread: by source bucket, and in key
/// order. If several records have one archive's name, as after a race, a HEAD of the archive tells which
/// record is its own. A single record is believed, because the code that reads the archive compares the id.
/// Memory: the manifests of all volumes in scope, at most ten blocks of rows, and one block for each volume whose keys overlap with the others'. Blocks. Throws the store's errors when volumes can't be
/// listed; the errors of single volumes are in the report. Throws cancelled when stop is requested.
SearchReport search_members(s3::ObjectStore& store, const SearchOptions& options, const std::stop_token& stop,
                            const FoundKeys& found);

/// The row on one line, newline included, as it stands in the index: docs/format.md, "Index".
std::string json_line_of(const index::Row& row);

/// The key as such a line has it, before JSON escapes anything: a key that isn't UTF-8 gets another form.
std::string text_of_key(std::string_view key);

/// The key of such a line, with or without more fields, as find prints it; nullopt if the line is no JSON
/// object with a key.
std::optional<std::string> key_of_json_line(std::string_view line);

}  // namespace s3c::catalog
