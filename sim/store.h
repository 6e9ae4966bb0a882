// The state of the simulated S3: buckets, object versions, multipart uploads. Knows the rules of versioning,
// and nothing of HTTP, XML or conditions. An ObjectSource provides the objects. One thread. Pointers to
// objects are valid until the bucket is asked for another key, or changed.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.h"
#include "sim/object.h"
#include "sim/object_source.h"

namespace s3c::sim {

enum class Versioning { never, enabled, suspended };

/// What a delete did, as the answer's x-amz-version-id and x-amz-delete-marker tell it.
struct Removal {
  bool existed = false;
  bool delete_marker = false;  ///< a marker was made, or the version removed was one
  std::string version_id;      ///< of the marker made or the version removed; "" without versioning
};

class Bucket {
 public:
  /// By key, then upload id. Upload ids sort by the time of their start.
  using Uploads = std::map<std::pair<std::string, std::string>, Upload>;

  Bucket(std::string name, std::string owner_id, base::Timestamp created,
         std::unique_ptr<ObjectSource> objects)
      : name_(std::move(name)),
        owner_id_(std::move(owner_id)),
        created_(created),
        objects_(std::move(objects)) {}

  const std::string& name() const { return name_; }
  const std::string& owner_id() const { return owner_id_; }
  base::Timestamp created() const { return created_; }
  Versioning versioning() const { return versioning_; }
  void set_versioning(Versioning versioning) { versioning_ = versioning; }
  bool empty() const { return objects_->empty(); }
  /// False: objects can be deleted, but nothing else in the bucket can change.
  bool is_writable() const { return objects_->is_writable(); }

  /// Object Lock can be switched on but never off. Needs versioning.
  bool has_object_lock() const { return has_object_lock_; }
  void enable_object_lock() {
    versioning_ = Versioning::enabled;
    has_object_lock_ = true;
  }
  const std::optional<DefaultRetention>& default_retention() const { return default_retention_; }
  void set_default_retention(std::optional<DefaultRetention> retention) { default_retention_ = retention; }

  /// All keys, those of delete markers included.
  std::unique_ptr<KeyCursor> keys() const { return objects_->cursor(); }
  /// All versions of the key, never empty; nullptr when it has none.
  const Versions* versions(std::string_view key) { return objects_->find(key); }
  const Uploads& uploads() const { return uploads_; }

  /// The newest version, delete markers included; nullptr when the key has none.
  Object* newest(std::string_view key);
  /// The newest version; nullptr if that is a delete marker, or the key has none.
  Object* current(std::string_view key);
  /// A version by id ("null" too), delete markers included.
  Object* version(std::string_view key, std::string_view version_id);

  /// Makes object the newest version. Unless versioning is enabled, it replaces the null version. Sets its
  /// version_id, and the bucket's default retention if object brings none of its own. REQUIRES:
  /// is_writable().
  Object& put(const std::string& key, Object object);
  /// A delete without a version id: removes the object, or hides it behind a delete marker.
  Removal remove(const std::string& key, base::Timestamp now);
  /// Removes one version for good.
  Removal remove_version(const std::string& key, std::string_view version_id);

  Upload& add_upload(Upload upload);
  Upload* upload(const std::string& key, const std::string& id);
  void remove_upload(const std::string& key, const std::string& id);

 private:
  void remove_null_version(Versions& versions);

  std::string name_;
  std::string owner_id_;
  base::Timestamp created_;
  Versioning versioning_ = Versioning::never;
  bool has_object_lock_ = false;
  std::optional<DefaultRetention> default_retention_;
  std::unique_ptr<ObjectSource> objects_;
  Uploads uploads_;
};

class Store {
 public:
  const std::map<std::string, Bucket, std::less<>>& buckets() const { return buckets_; }
  /// nullptr when there is none.
  Bucket* bucket(std::string_view name);
  /// An empty bucket. REQUIRES: none of that name.
  Bucket& add_bucket(const std::string& name, const std::string& owner_id, base::Timestamp now);
  /// A bucket with the objects of a source. REQUIRES: none of that name.
  Bucket& add_bucket(const std::string& name, const std::string& owner_id, base::Timestamp now,
                     std::unique_ptr<ObjectSource> objects);
  void remove_bucket(std::string_view name);

 private:
  std::map<std::string, Bucket, std::less<>> buckets_;
};

}  // namespace s3c::sim
