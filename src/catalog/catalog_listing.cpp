#include "catalog/catalog_listing.h"

#include <utility>

namespace s3c::catalog {

CatalogListing::Folder::Folder(s3::ObjectStore& store, const std::string& bucket, const std::string& prefix,
                               Parse parse)
    : listing_(store, bucket, prefix), parse_(parse) {}

bool CatalogListing::Folder::peek() {
  while (!at_hand_) {
    const s3::ObjectSummary* object = listing_.peek();
    if (object == nullptr) return false;
    if (std::optional<ManifestName> name = parse_(object->key)) {
      name_ = *std::move(name);
      path_ = name_.archive_key + "/" + name_.id;
      at_hand_ = true;
    } else {
      listing_.pop();
    }
  }
  return true;
}

void CatalogListing::Folder::pop() {
  listing_.pop();
  at_hand_ = false;
}

CatalogListing::CatalogListing(s3::ObjectStore& store, const std::string& bucket,
                               const std::string& name_prefix)
    : manifests_(store, bucket, std::string(kManifestFolder) + name_prefix, parse_manifest_key),
      indexes_(store, bucket, std::string(kIndexFolder) + name_prefix, parse_index_key),
      marks_(store, bucket, std::string(kCommitFolder) + name_prefix, parse_commit_mark_key) {}

std::optional<CatalogRecord> CatalogListing::next() {
  Folder* first = nullptr;
  for (Folder* folder : {&manifests_, &indexes_, &marks_}) {
    if (folder->peek() && (first == nullptr || folder->path() < first->path())) first = folder;
  }
  if (first == nullptr) return std::nullopt;
  CatalogRecord record{first->name(), first->object().last_modified, std::nullopt, std::nullopt, false};
  const std::string path = first->path();
  const auto take = [&path](Folder& folder) -> std::optional<std::uint64_t> {
    if (!folder.peek() || folder.path() != path) return std::nullopt;
    const std::uint64_t bytes = folder.object().size_bytes;
    folder.pop();
    return bytes;
  };
  record.manifest_bytes = take(manifests_);
  record.index_bytes = take(indexes_);
  record.marked = take(marks_).has_value();
  return record;
}

}  // namespace s3c::catalog
