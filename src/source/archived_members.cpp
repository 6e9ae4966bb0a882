#include "source/archived_members.h"

namespace s3c::source {

bool is_same_object(const index::Row& row, const s3::ObjectSummary& object) {
  // A row without an ETag comes from a foreign archive. Such a row can't tell one object from another.
  return !row.etag.empty() && row.etag == object.etag && row.size_bytes == object.size_bytes &&
         row.last_modified == object.last_modified;
}

bool is_of_group(const catalog::CommittedVolume& volume, std::string_view source_bucket,
                 const catalog::Group& group) {
  const index::Manifest& manifest = volume.manifest();
  if (manifest.source_bucket != source_bucket || manifest.group_prefix != group.prefix) return false;
  if (!group.period) return !catalog::is_by_last_modified(manifest);
  return manifest.layout == catalog::group_by_text(*group.period) && manifest.group == group.fields;
}

MemberCursor::MemberCursor(catalog::Catalog& catalog, const index::Manifest& manifest)
    : cursor_(catalog.open_index(manifest)), last_key_(manifest.last_key) {}

const index::Row* MemberCursor::row_of(const std::string& key) {
  if (key > last_key_) return nullptr;
  if (!started_) {
    // Skips the blocks before the first key: a late part of the group doesn't need them.
    cursor_.seek(key);
    row_ = cursor_.next();
    started_ = true;
  }
  while (row_ && row_->key < key) row_ = cursor_.next();
  return row_ && row_->key == key ? &*row_ : nullptr;
}

ArchivedMembers::ArchivedMembers(catalog::Catalog& catalog,
                                 const std::vector<catalog::CommittedVolume>& volumes) {
  for (const catalog::CommittedVolume& volume : volumes)
    sides_.push_back({&volume, MemberCursor(catalog, volume.manifest())});
}

const catalog::CommittedVolume* ArchivedMembers::holder_of(const s3::ObjectSummary& object) {
  const catalog::CommittedVolume* found = nullptr;
  for (Side& side : sides_) {
    const index::Row* row = side.cursor.row_of(object.key);
    if (row == nullptr || !is_same_object(*row, object)) continue;
    side.has_sources = true;
    if (found == nullptr) found = side.volume;
  }
  return found;
}

std::vector<const catalog::CommittedVolume*> ArchivedMembers::volumes_with_sources() const {
  std::vector<const catalog::CommittedVolume*> volumes;
  for (const Side& side : sides_) {
    if (side.has_sources) volumes.push_back(side.volume);
  }
  return volumes;
}

}  // namespace s3c::source
