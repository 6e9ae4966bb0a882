#include "sim/store.h"

#include <algorithm>

#include "base/ulid.h"
#include "sim/stored_objects.h"

namespace s3c::sim {
namespace {

constexpr std::string_view kStorageClassNames[] = {"STANDARD",   "REDUCED_REDUNDANCY",  "STANDARD_IA",
                                                   "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR",
                                                   "GLACIER",    "DEEP_ARCHIVE"};

}  // namespace

std::optional<StorageClass> parse_storage_class(std::string_view text) {
  for (std::size_t i = 0; i < std::size(kStorageClassNames); ++i) {
    if (kStorageClassNames[i] == text) return static_cast<StorageClass>(i);
  }
  return std::nullopt;
}

std::string_view name(StorageClass storage_class) {
  return kStorageClassNames[static_cast<std::size_t>(storage_class)];
}

std::string_view name(RestoreTier tier) {
  switch (tier) {
    case RestoreTier::bulk:
      return "Bulk";
    case RestoreTier::standard:
      return "Standard";
    case RestoreTier::expedited:
      break;
  }
  return "Expedited";
}

bool needs_thaw(StorageClass storage_class) {
  return storage_class == StorageClass::glacier || storage_class == StorageClass::deep_archive;
}

Object* Bucket::newest(std::string_view key) {
  Versions* versions = objects_->find(key);
  return versions == nullptr ? nullptr : &versions->back();
}

Object* Bucket::current(std::string_view key) {
  Object* object = newest(key);
  return object == nullptr || object->is_delete_marker ? nullptr : object;
}

Object* Bucket::version(std::string_view key, std::string_view version_id) {
  Versions* versions = objects_->find(key);
  if (versions == nullptr) return nullptr;
  for (Object& object : *versions) {
    if (object.version_id == version_id) return &object;
  }
  return nullptr;
}

void Bucket::remove_null_version(Versions& versions) {
  std::erase_if(versions, [](const Object& object) { return object.version_id == "null"; });
}

Object& Bucket::put(const std::string& key, Object object) {
  Versions& versions = objects_->find_or_add(key);
  if (versioning_ == Versioning::enabled) {
    object.version_id = base::make_ulid(object.last_modified);
    std::optional<Retention>& retention = object.attributes.lock.retention;
    if (default_retention_ && !retention && !object.is_delete_marker) {
      const auto time = std::chrono::days(default_retention_->days + 365 * default_retention_->years);
      retention = Retention{default_retention_->mode, object.last_modified + time};
    }
  } else {
    object.version_id = "null";
    remove_null_version(versions);
  }
  return versions.emplace_back(std::move(object));
}

Removal Bucket::remove(const std::string& key, base::Timestamp now) {
  Removal removal;
  if (versioning_ == Versioning::never) {
    removal.existed = objects_->erase(key);
    return removal;
  }
  removal.existed = current(key) != nullptr;
  // S3 makes a marker even if the key has no object.
  Object marker;
  marker.is_delete_marker = true;
  marker.last_modified = now;
  removal.delete_marker = true;
  removal.version_id = put(key, std::move(marker)).version_id;
  return removal;
}

Removal Bucket::remove_version(const std::string& key, std::string_view version_id) {
  Removal removal;
  removal.version_id = version_id;
  Versions* const versions = objects_->find(key);
  if (versions == nullptr) return removal;
  const auto at = std::find_if(versions->begin(), versions->end(),
                               [&](const Object& object) { return object.version_id == version_id; });
  if (at == versions->end()) return removal;
  removal.existed = true;
  removal.delete_marker = at->is_delete_marker;
  versions->erase(at);
  if (versions->empty()) objects_->erase(key);
  return removal;
}

Upload& Bucket::add_upload(Upload upload) {
  auto place = std::pair(upload.key, upload.id);
  return uploads_.insert_or_assign(std::move(place), std::move(upload)).first->second;
}

Upload* Bucket::upload(const std::string& key, const std::string& id) {
  const auto found = uploads_.find({key, id});
  return found == uploads_.end() ? nullptr : &found->second;
}

void Bucket::remove_upload(const std::string& key, const std::string& id) {
  uploads_.erase({key, id});
}

Bucket* Store::bucket(std::string_view name) {
  const auto found = buckets_.find(name);
  return found == buckets_.end() ? nullptr : &found->second;
}

Bucket& Store::add_bucket(const std::string& name, const std::string& owner_id, base::Timestamp now) {
  return add_bucket(name, owner_id, now, std::make_unique<StoredObjects>());
}

Bucket& Store::add_bucket(const std::string& name, const std::string& owner_id, base::Timestamp now,
                          std::unique_ptr<ObjectSource> objects) {
  return buckets_.try_emplace(name, name, owner_id, now, std::move(objects)).first->second;
}

void Store::remove_bucket(std::string_view name) {
  const auto found = buckets_.find(name);
  if (found != buckets_.end()) buckets_.erase(found);
}

}  // namespace s3c::sim
