#include "catalog/record_names.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "catalog/layout_notes.h"
#include "s3/object_listing.h"

namespace s3c::catalog {
namespace {

/// The stems of the groups that all wanted keys lie in. nullopt: globs, a key that the layout doesn't fit, or one that
/// a volume with another name may hold too, for example one whose objects were grouped by last-modified.
std::optional<std::set<std::string>> stems_of(s3::ObjectStore& store, const CatalogScope& scope,
                                              const MemberQuery& query) {
  if (query.has_globs() || query.wants_everything()) return std::nullopt;
  std::set<std::string> stems;
  for (const std::string& key : query.keys()) {
    const std::optional<std::string> stem = scope.stem_of_key(key);
    if (!stem) return std::nullopt;
    stems.insert(*stem);
  }
  if (!LayoutNotes::list(store, scope.archive_bucket).names_tell(scope, query.keys())) return std::nullopt;
  return stems;
}

/// In this many groups or fewer, a LIST for each is cheaper than one of everything.
constexpr std::size_t kFewGroups = 10;

}  // namespace

std::vector<ManifestName> list_manifests(s3::ObjectStore& store, const CatalogScope& scope,
                                         const MemberQuery& query) {
  Catalog catalog(store, scope.archive_bucket);
  std::vector<ManifestName> names;
  const auto stems = stems_of(store, scope, query);
  if (stems && stems->size() <= kFewGroups) {
    for (const std::string& stem : *stems) {
      if (!scope.shard.owns(stem)) continue;
      for (ManifestName& name : catalog.list_group(stem)) names.push_back(std::move(name));
    }
    return names;
  }
  s3::ObjectListing listing(store, scope.archive_bucket, std::string(kManifestFolder) + scope.name_prefix());
  for (; const s3::ObjectSummary* object = listing.peek(); listing.pop()) {
    std::optional<ManifestName> name = parse_manifest_key(object->key);
    if (name && scope.may_hold(name->archive_key) && scope.is_in_shard(name->archive_key))
      names.push_back(*std::move(name));
  }
  return names;
}

RecordNames::RecordNames(s3::ObjectStore& store, Catalog& catalog, const CatalogScope& scope,
                         const MemberQuery& query, const std::string& volume)
    : store_(store), catalog_(catalog), scope_(scope) {
  if (!volume.empty()) {
    batch_ = of_volume(volume);
  } else if (const auto stems = stems_of(store, scope, query)) {
    std::copy_if(stems->begin(), stems->end(), std::back_inserter(stems_),
                 [&scope](const std::string& stem) { return scope.shard.owns(stem); });
    has_others_ = stems_.size() != stems->size();
  } else {
    listing_.emplace(store, scope_, VolumeListing::Unrecorded::likely);
  }
}

std::optional<NamedRecords> RecordNames::next() {
  if (listing_) return next_listed();
  while (at_ == batch_.size()) {
    if (next_stem_ == stems_.size()) return std::nullopt;
    batch_ = of_group(stems_[next_stem_++]);
    at_ = 0;
  }
  return std::move(batch_[at_++]);
}

std::vector<NamedRecords> RecordNames::of_volume(const std::string& volume) {
  NamedRecords records{volume, catalog_.list_volume(volume)};
  if (records.names.empty()) records.names = catalog_.list_marks_of(volume);
  return {std::move(records)};
}

/// The archives are listed before the marks, and the marks before the manifests. A run writes them the other way
/// round, so what is listed without its manifest has lost it.
std::vector<NamedRecords> RecordNames::of_group(const std::string& stem) {
  std::map<std::string, std::set<ManifestName>> by_archive;
  s3::ObjectListing archives(store_, scope_.archive_bucket, stem);
  for (; const s3::ObjectSummary* object = archives.peek(); archives.pop()) {
    if (ArchiveName::volume_number(stem, object->key) && scope_.may_hold(object->key))
      by_archive[object->key];
  }
  for (ManifestName& mark : catalog_.list_marks(stem)) by_archive[mark.archive_key].insert(std::move(mark));
  for (ManifestName& manifest : catalog_.list_group(stem))
    by_archive[manifest.archive_key].insert(std::move(manifest));
  std::vector<NamedRecords> group;
  group.reserve(by_archive.size());
  for (auto& [archive_key, names] : by_archive) group.push_back({archive_key, {names.begin(), names.end()}});
  return group;
}

std::optional<NamedRecords> RecordNames::next_listed() {
  std::optional<NamedRecords> records;
  for (;;) {
    if (!listed_) listed_ = listing_->next();
    if (!listed_ || (records && records->archive_key != listed_->archive_key)) return records;
    // An index alone is no record: a search can't use it.
    const auto& record = listed_->record;
    const bool is_record = record && (record->manifest_bytes || record->marked);
    if (is_record || listed_->archive) {
      if (!records) records = NamedRecords{listed_->archive_key, {}};
      if (is_record) records->names.push_back(record->name);
    }
    listed_.reset();
  }
}

}  // namespace s3c::catalog
