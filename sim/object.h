// Objects, versions and uploads of the simulated S3: plain values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "sim/checksum.h"
#include "sim/payload.h"
#include "sim/request.h"

namespace s3c::sim {

/// Parses "GLACIER" and other names. nullopt for names that S3 refuses.
std::optional<StorageClass> parse_storage_class(std::string_view name);
std::string_view name(StorageClass storage_class);
/// GLACIER and DEEP_ARCHIVE: not readable before a RestoreObject.
bool needs_thaw(StorageClass storage_class);

struct Tag {
  std::string key;
  std::string value;
};

enum class LockMode { governance, compliance };

/// Object Lock: the version can't be deleted before a given time.
struct Retention {
  LockMode mode = LockMode::governance;
  base::Timestamp until;
};

/// Object Lock on one version; both kinds may apply at once.
struct ObjectLock {
  std::optional<Retention> retention{};
  std::optional<bool> legal_hold{};  ///< nullopt: never set
};

/// The retention that a bucket with Object Lock gives to versions that bring none of their own.
struct DefaultRetention {
  LockMode mode = LockMode::governance;
  int days = 0;   ///< either this
  int years = 0;  ///< or this
};

/// The attributes that an upload gives an object besides its bytes.
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
  std::string checksum_raw;   ///< by the upload's algorithm; empty where the store has no checksums
  bool must_be_told = false;  ///< Complete must name the checksum: PartCopyManner::wants_checksum
};

struct Upload {
  std::string key;
  std::string id;
  base::Timestamp initiated;
  Attributes attributes;
  ChecksumAlgorithm algorithm = ChecksumAlgorithm::crc64nvme;
  ChecksumType checksum_type = ChecksumType::full_object;
  bool algorithm_was_asked = false;  ///< false: S3 chose the algorithm and doesn't name it in listings
  bool is_aborted = false;  ///< kept for a Complete that arrives after the abort: AbortOfCompleted::overtaken
  std::map<int, Part> parts;
};

/// All versions of a key, oldest first.
using Versions = std::vector<Object>;

}  // namespace s3c::sim
