#include "archive/catalog_listing.h"

#include <utility>

namespace s3c::archive {

CatalogListing::Folder::Folder(s3::ObjectStore& store, const std::string& bucket, const std::string& prefix,
                               Parse parse)
    : listing_(store, bucket, prefix, "", ObjectFilter({}, {})), parse_(parse) {}

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
      indexes_(store, bucket, std::string(kIndexFolder) + name_prefix, parse_index_key) {}

std::optional<CatalogRecord> CatalogListing::next() {
  const bool manifest = manifests_.peek();
  const bool index = indexes_.peek();
  if (!manifest && !index) return std::nullopt;
  const bool take_manifest = manifest && (!index || manifests_.path() <= indexes_.path());
  const bool take_index = index && (!take_manifest || manifests_.path() == indexes_.path());

  Folder& first = take_manifest ? manifests_ : indexes_;
  CatalogRecord record{first.name(), first.object().last_modified, std::nullopt, std::nullopt};
  if (take_manifest) record.manifest_bytes = manifests_.object().size_bytes;
  if (take_index) record.index_bytes = indexes_.object().size_bytes;
  if (take_manifest) manifests_.pop();
  if (take_index) indexes_.pop();
  return record;
}

}  // namespace s3c::archive
