// Joins a listing with the indexes of committed volumes. Both are in key order. So one pass, with one block
// of each index in memory, shows which source objects are already in which volume. One thread at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/committed_volume.h"
#include "catalog/layout.h"
#include "index/index_reader.h"
#include "s3/types.h"

namespace s3c::source {

/// Whether the object in the bucket is still the one that was archived. Always false for a row without ETag.
bool is_same_object(const index::Row& row, const s3::ObjectSummary& object);

/// Whether a volume's members are objects of that bucket and group. An archive name without {bucket} or
/// {prefix} puts volumes of other sources among ours. Their members aren't ours to delete, even where keys,
/// ETags and times agree.
bool is_of_group(const catalog::CommittedVolume& volume, std::string_view source_bucket,
                 const catalog::Group& group);

/// Walks one committed volume's index beside a listing.
class MemberCursor {
 public:
  /// manifest: of a committed volume; outlives the cursor.
  MemberCursor(catalog::Catalog& catalog, const index::Manifest& manifest);

  /// The row of that key, or nullptr. is_same_object() says whether the object is still the one of the row.
  /// REQUIRES: keys come in ascending order. The pointer is valid until the next call. Throws what reading
  /// the index throws.
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

  /// The first volume that holds exactly this object; nullptr: none. volumes_with_sources() then returns each
  /// volume that holds it.
  const catalog::CommittedVolume* holder_of(const s3::ObjectSummary& object);
  /// The volumes that hold an object for which holder_of() returned one. Their sources are still to be
  /// deleted.
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
