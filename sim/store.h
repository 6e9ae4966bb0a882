// What the simulated S3 remembers: buckets, object versions, multipart uploads. Knows the rules of
// versioning, and nothing of HTTP, XML or conditions. All in memory. One thread; pointers into a bucket live
// until its next change.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "sim/checksum.h"
#include "sim/payload.h"
#include "sim/request.h"

namespace s3c::sim {

/// "GLACIER" and the like. nullopt for names S3 doesn't take.
std::optional<StorageClass> parse_storage_class(std::string_view name);
std::string_view name(StorageClass storage_class);
/// GLACIER and DEEP_ARCHIVE: not readable before a RestoreObject.
bool needs_thaw(StorageClass storage_class);

struct Tag {
  std::string key;
  std::string value;
};

enum class LockMode { governance, compliance };

/// Object Lock: the version can't be deleted before a moment.
struct Retention {
  LockMode mode = LockMode::governance;
  base::Timestamp until;
};

/// Object Lock on one version; both may hold at once.
struct ObjectLock {
  std::optional<Retention> retention{};
  std::optional<bool> legal_hold{};  ///< nullopt: never set
};

/// What a bucket with Object Lock gives to versions that come without a retention of their own.
struct DefaultRetention {
  LockMode mode = LockMode::governance;
  int days = 0;   ///< either this
  int years = 0;  ///< or this
};

/// What an upload says about an object besides its bytes.
struct Attributes {
  std::vector<Header> headers;  ///< system and x-amz-meta- headers as sent, names in lower case
  StorageClass storage_class = StorageClass::standard;
  std::vector<Tag> tags;
  ObjectLock lock;
};

/// A readable copy of an archived object, from ready_at on.
struct Thaw {
  RestoreTier tier = RestoreTier::standard;
  base::Timestamp ready_at;
  base::Timestamp expires_at;
};

/// One version of an object, or a delete marker.
struct Object {
  std::string version_id = "null";  ///< "null" when made without versioning
  bool is_delete_marker = false;
  Payload body;
  std::string etag;  ///< without quotes
  base::Timestamp last_modified;
  Attributes attributes;
  std::optional<Checksum> checksum;
  std::optional<Thaw> thaw;
  std::string upload_id;  ///< of the multipart upload that made it, else ""
};

struct Part {
  Payload body;
  std::string etag;  ///< without quotes
  base::Timestamp last_modified;
  std::string checksum_raw;  ///< by the upload's algorithm; empty where the store has no checksums
};

struct Upload {
  std::string key;
  std::string id;
  base::Timestamp initiated;
  Attributes attributes;
  ChecksumAlgorithm algorithm = ChecksumAlgorithm::crc64nvme;
  ChecksumType checksum_type = ChecksumType::full_object;
  bool algorithm_was_asked = false;  ///< false: S3 chose the algorithm and doesn't name it in listings
  std::map<int, Part> parts;
};

enum class Versioning { never, enabled, suspended };

/// What a delete did, as the answer's x-amz-version-id and x-amz-delete-marker say it.
struct Removal {
  bool existed = false;
  bool delete_marker = false;  ///< a marker was made, or the version removed was one
  std::string version_id;      ///< of the marker made or the version removed; "" without versioning
};

class Bucket {
 public:
  /// All versions of a key, oldest first; never empty.
  using Versions = std::vector<Object>;
  /// By key bytes, as S3 lists.
  using Keys = std::map<std::string, Versions, std::less<>>;
  /// By key, then upload id, whose order is the order of starting.
  using Uploads = std::map<std::pair<std::string, std::string>, Upload>;

  Bucket(std::string name, std::string owner_id, base::Timestamp created)
      : name_(std::move(name)), owner_id_(std::move(owner_id)), created_(created) {}

  const std::string& name() const { return name_; }
  const std::string& owner_id() const { return owner_id_; }
  base::Timestamp created() const { return created_; }
  Versioning versioning() const { return versioning_; }
  void set_versioning(Versioning versioning) { versioning_ = versioning; }
  bool empty() const { return keys_.empty(); }

  /// Object Lock can be switched on, never off. Needs versioning.
  bool has_object_lock() const { return has_object_lock_; }
  void enable_object_lock() {
    versioning_ = Versioning::enabled;
    has_object_lock_ = true;
  }
  const std::optional<DefaultRetention>& default_retention() const { return default_retention_; }
  void set_default_retention(std::optional<DefaultRetention> retention) { default_retention_ = retention; }

  const Keys& keys() const { return keys_; }
  const Uploads& uploads() const { return uploads_; }

  /// The newest version, delete markers included; nullptr when the key has none.
  Object* newest(std::string_view key);
  /// The newest version unless it is a delete marker.
  Object* current(std::string_view key);
  /// A version by id ("null" too), delete markers included.
  Object* version(std::string_view key, std::string_view version_id);

  /// Makes object the newest version; without versioning enabled it replaces the null version. Sets
  /// version_id, and the bucket's default retention if it brings none of its own.
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
  Keys keys_;
  Uploads uploads_;
};

class Store {
 public:
  const std::map<std::string, Bucket, std::less<>>& buckets() const { return buckets_; }
  /// nullptr when there is none.
  Bucket* bucket(std::string_view name);
  /// REQUIRES: no bucket of that name.
  Bucket& add_bucket(const std::string& name, const std::string& owner_id, base::Timestamp now);
  void remove_bucket(std::string_view name);

 private:
  std::map<std::string, Bucket, std::less<>> buckets_;
};

}  // namespace s3c::sim
