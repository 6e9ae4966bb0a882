#include "catalog/record_names.h"

#include <utility>

namespace s3c::catalog {
namespace {

/// The stems of the groups that all wanted keys lie in; nullopt: globs, or a key that the layout doesn't fit.
std::optional<std::set<std::string>> stems_of(const CatalogScope& scope, const MemberQuery& query) {
  if (query.has_globs() || query.wants_everything()) return std::nullopt;
  std::set<std::string> stems;
  for (const std::string& key : query.keys()) {
    const std::optional<std::string> stem = scope.stem_of_key(key);
    if (!stem) return std::nullopt;
    stems.insert(*stem);
  }
  return stems;
}

/// In this many groups or fewer, a LIST for each is cheaper than one of everything.
constexpr std::size_t kFewGroups = 10;

}  // namespace

std::vector<ManifestName> list_manifests(s3::ObjectStore& store, const CatalogScope& scope,
                                         const MemberQuery& query) {
  Catalog catalog(store, scope.archive_bucket);
  std::vector<ManifestName> names;
  const auto stems = stems_of(scope, query);
  if (stems && stems->size() <= kFewGroups) {
    for (const std::string& stem : *stems) {
      for (ManifestName& name : catalog.list_group(stem)) names.push_back(std::move(name));
    }
    return names;
  }
  s3::ObjectListing listing(store, scope.archive_bucket, std::string(kManifestFolder) + scope.name_prefix());
  for (; const s3::ObjectSummary* object = listing.peek(); listing.pop()) {
    std::optional<ManifestName> name = parse_manifest_key(object->key);
    if (name && scope.may_hold(name->archive_key)) names.push_back(*std::move(name));
  }
  return names;
}

RecordNames::RecordNames(s3::ObjectStore& store, Catalog& catalog, const CatalogScope& scope,
                         const MemberQuery& query, const std::string& volume)
    : catalog_(catalog), scope_(scope) {
  if (!volume.empty()) {
    batch_ = catalog.list_volume(volume);
  } else if (const auto stems = stems_of(scope, query)) {
    stems_.assign(stems->begin(), stems->end());
  } else {
    listing_.emplace(store, scope_.archive_bucket, scope_.name_prefix());
  }
}

std::optional<std::vector<ManifestName>> RecordNames::next() {
  std::vector<ManifestName> names;
  while (const ManifestName* name = peek()) {
    if (!names.empty() && names.front().archive_key != name->archive_key) break;
    names.push_back(*name);
    ++at_;
  }
  return names.empty() ? std::nullopt : std::optional(std::move(names));
}

const ManifestName* RecordNames::peek() {
  while (at_ == batch_.size()) {
    batch_.clear();
    at_ = 0;
    if (listing_) {
      const std::optional<CatalogRecord> record = listing_->next();
      if (!record) return nullptr;
      // A commit mark without a manifest: the manifest of a committed volume was removed. The search must
      // report it.
      if ((record->manifest_bytes || record->marked) && scope_.may_hold(record->name.archive_key))
        batch_ = {record->name};
    } else if (next_stem_ < stems_.size()) {
      batch_ = catalog_.list_group(stems_[next_stem_++]);
    } else {
      return nullptr;
    }
  }
  return &batch_[at_];
}

}  // namespace s3c::catalog
