#include "catalog/volume_listing.h"

#include <utility>

namespace s3c::catalog {

namespace {

bool is_like_volume(const s3::ObjectSummary& object) {
  return object.key.ends_with(".zip") && object.etag.find('-') != std::string::npos;
}

}  // namespace

VolumeListing::VolumeListing(s3::ObjectStore& store, const CatalogScope& scope, Unrecorded without_bucket)
    : scope_(scope),
      without_bucket_(without_bucket),
      records_(store, scope.archive_bucket, scope.name_prefix()),
      archives_(store, scope.archive_bucket, scope.name_prefix(), "", {}, true) {}

bool VolumeListing::peek_record() {
  while (!record_) {
    record_ = records_.next();
    if (!record_) return false;
    const std::string& archive_key = record_->name.archive_key;
    const bool in_scope = scope_.may_hold(archive_key);
    if (in_scope && scope_.is_in_shard(archive_key)) return true;
    has_others_ = has_others_ || in_scope;
    record_.reset();
  }
  return true;
}

/// Skips objects that can't be volumes, and those of other shards.
const s3::ObjectSummary* VolumeListing::peek_archive() {
  while (const s3::ObjectSummary* object = archives_.peek()) {
    if (scope_.may_hold(object->key) && scope_.is_in_shard(object->key)) return object;
    archives_.pop();
  }
  return nullptr;
}

std::optional<ListedVolume> VolumeListing::next() {
  for (;;) {
    const bool has_record = peek_record();
    const s3::ObjectSummary* archive = peek_archive();
    if (!has_record && archive == nullptr) return std::nullopt;
    // The catalog is sorted by "name/", the archives are sorted by "name". Names that end in ".zip" sort the
    // same way in both, unless one of them is a folder of another.
    if (archive != nullptr && (!has_record || archive->key < record_->name.archive_key)) {
      s3::ObjectSummary object = *archive;
      archives_.pop();
      if (object.key == last_told_) continue;
      if (scope_.bucket.empty() && (without_bucket_ == Unrecorded::none || !is_like_volume(object))) continue;
      std::string key = object.key;
      return ListedVolume{std::move(key), std::nullopt, std::move(object)};
    }
    ListedVolume volume{record_->name.archive_key, *std::exchange(record_, std::nullopt), std::nullopt};
    if (archive != nullptr && archive->key == volume.archive_key) {
      volume.archive = *archive;
      last_told_ = archive->key;  // it isn't popped: the next record may have the same name
    }
    return volume;
  }
}

}  // namespace s3c::catalog
