// The merge-join of a listing with committed indexes: both are in key order, so one pass and one block of
// each index in memory tell which source objects lie in which volume already. One thread at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/committed_volume.h"
#include "index/index_reader.h"
#include "s3/types.h"

namespace s3c::source {

/// Whether the object in the bucket is still the one that was archived. Never for a row without ETag,
/// whatever the listing says.
bool is_same_object(const index::Row& row, const s3::ObjectSummary& object);

/// Whether a volume's members are objects of that bucket and group. An archive name without {bucket} or
/// {prefix} puts other sources' volumes among ours: what they hold isn't ours to delete, even where keys,
/// ETags and times agree.
bool is_of_group(const catalog::CommittedVolume& volume, std::string_view source_bucket,
                 std::string_view group_prefix);

/// Walks one committed volume's index beside a listing.
class MemberCursor {
 public:
  /// manifest: of a committed volume; outlives the cursor.
  MemberCursor(catalog::Catalog& catalog, const index::Manifest& manifest);

  /// The row of that key, or nullptr; whether it still is the same object is is_same_object()'s question.
  /// Keys must come in ascending order. The pointer holds until the next call. Throws what reading the index
  /// throws.
  const index::Row* row_of(const std::string& key);

 private:
  index::IndexCursor cursor_;
  std::string_view last_key_;
  std::optional<index::Row> row_;
  bool started_ = false;
};

/// The same over all committed volumes of a group.
class ArchivedMembers {
 public:
  /// volumes outlive this object.
  ArchivedMembers(catalog::Catalog& catalog, const std::vector<catalog::CommittedVolume>& volumes);

  /// Whether some volume holds this very object; that volume then counts as having members in the source.
  bool contains(const s3::ObjectSummary& object);
  /// The volumes for which contains() said yes at least once: their sources are still to be deleted.
  std::vector<const catalog::CommittedVolume*> volumes_with_sources() const;

 private:
  struct Side {
    const catalog::CommittedVolume* volume;
    MemberCursor cursor;
    bool has_sources = false;
  };
  std::vector<Side> sides_;
};

}  // namespace s3c::source
