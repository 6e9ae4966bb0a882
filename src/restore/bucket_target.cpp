// Restored members as objects of a bucket.
//
// The requests for one object:
//
//   the object              requests
//   not there               HEAD in look(), PUT; once ReplacementGuard has seen a refusal, find_free() lists
//                           many names at a time, and only the PUT is left
//   not there, streamed     HEAD in look(), Create, the parts, HEAD, Complete
//   there, the same ETag    HEAD in look()
//   there, only the bytes
//   can tell whether equal  HEAD in look(), HEAD in write(); no PUT
//
// On a store that ignores If-None-Match, another process's object is replaced if it appears between the last
// HEAD and the PUT or Complete. For an object that isn't streamed, that is the time from look() to write():
// the caller should keep it short. For one object of a run it is also the time from its PUT to the second one,
// which shows that the store ignores the condition. On a store that honours it only sometimes, it is the time from
// find_free() to write(). On S3, and on every store that honours the condition, this can't happen.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/ulid.h"
#include "catalog/abort_probe.h"
#include "catalog/catalog_keys.h"
#include "catalog/object_compare.h"
#include "restore/free_names.h"
#include "restore/restore_target.h"
#include "s3/delete_marker.h"
#include "s3/error_mapping.h"
#include "s3/part_uploader.h"

namespace s3c::restore {
namespace {

using base::Error;
using base::ErrorKind;
using Produce = std::function<void(const RestoreTarget::Sink&)>;

constexpr std::size_t kMaxKeyBytes = 1024;  // Source: S3 User Guide, "Naming Amazon S3 objects"

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;
constexpr std::uint64_t kMaxPartBytes =
    5 * 1024 * kMebibyte;  // Source: S3 User Guide, multipart upload limits

/// The key of the upload that shows whether the bucket takes objects: this and an id.
constexpr std::string_view kTrialName = ".s3compress-trial-";

/// Whether an ETag has the form of an MD5, or that of an upload in parts. A shorter ETag may have any
/// meaning, and two objects may share it.
bool is_digest(std::string_view etag) {
  return etag.size() >= 32 && base::from_hex(etag.substr(0, 32)) && (etag.size() == 32 || etag[32] == '-');
}

/// Whether the object's ETag is the row's. Then the content is the same, even if the ETag is no MD5: no store
/// gives one ETag to two contents of the same size. Different ETags prove nothing.
bool has_etag_of(const s3::ObjectHead& head, const index::Row& row) {
  return head.size_bytes == row.size_bytes && head.etag == row.etag && is_digest(row.etag);
}

/// Whether the object has the same bytes as these parts. Another process may have sent them.
bool is_made_of(const s3::ObjectHead& head, const s3::UploadedParts& parts) {
  if (head.size_bytes != parts.size_bytes) return false;
  if (head.etag == parts.expected_etag) return true;
  return head.whole_checksum("CRC32") == base::to_base64(base::crc32_bytes(parts.crc32));
}

s3::ObjectAttributes attributes_of(const index::Row& row) {
  s3::ObjectAttributes attributes;
  attributes.content_type = row.content_type;
  attributes.system_headers = row.system_headers;
  attributes.metadata = row.metadata;
  attributes.tags = row.tags;
  return attributes;  // without the archived object's class: it is restored as STANDARD
}

/// The store met another conditional write of the key, and there is no object yet. S3 asks for a new upload then. This
/// one was aborted.
struct MustUploadAgain {
  Error error;
};
constexpr int kMostUploads = 4;

Error with_note(const Error& error, const std::string& note) {
  return {error.kind(), error.message() + note, error.context()};
}

/// Some stores refuse if_none_match over a delete marker. PutObject deals with that by itself; Complete does not,
/// because the archives must not be completed without the condition.
void send_complete(s3::ObjectStore& store, s3::CompleteMultipartUploadRequest& request) {
  try {
    store.complete_multipart_upload(request);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::precondition_failed || !request.if_none_match) throw;
    if (s3::is_conflict(error)) throw;  // another writer is at work: not the marker's doing
    if (!s3::is_hidden_by_marker(store, request.bucket, request.key)) throw;
    request.if_none_match = false;
    store.complete_multipart_upload(request);
  }
}

Error error_about(const std::string& bucket, const std::string& key, ErrorKind kind, std::string message) {
  return {kind,
          std::move(message),
          {.operation = kRestoreObject, .resource = base::printable(bucket + "/" + key)}};
}

/// Throws Error: invalid_argument for a key that no member may have there.
void expect_possible(const std::string& bucket, const std::string& key) {
  const auto refuse = [&](std::string why) {
    throw error_about(bucket, key, ErrorKind::invalid_argument, std::move(why));
  };
  // A PUT without a key would be a request for the bucket.
  if (key.empty()) refuse("a key can't be empty");
  if (key.size() > kMaxKeyBytes) {
    refuse(fmt::format("with the prefix the key has {} bytes, and S3 takes {}: use a shorter one", key.size(),
                       kMaxKeyBytes));
  }
  if (key.starts_with(catalog::kCatalogPrefix))
    refuse(fmt::format("names below {} are a catalog's: use another prefix", catalog::kCatalogPrefix));
}

std::uint64_t part_size_for(const index::Row& row, const std::string& bucket, const std::string& key) {
  const std::uint64_t part_size = s3::part_size_for(row.size_bytes);
  // A row with a false size must not make us reserve memory for it.
  if (part_size > kMaxPartBytes) {
    throw error_about(bucket, key, ErrorKind::invalid_argument,
                      fmt::format("{} bytes are more than an object can have", row.size_bytes));
  }
  return part_size;
}

/// Without a proof that both are equal, the object counts as another one. Calls produce only if the bytes
/// can prove something.
Landing compare(const s3::ObjectHead& head, const index::Row& row, const Produce& produce) {
  if (head.size_bytes != row.size_bytes) return Landing::exists;
  if (has_etag_of(head, row)) return Landing::equal;
  catalog::ObjectCompare comparison(head, s3::part_size_for(row.size_bytes));
  if (!comparison.can_tell()) return Landing::exists;
  produce([&comparison](std::string_view bytes) { comparison.update(bytes); });
  return comparison.is_equal() ? Landing::equal : Landing::exists;
}

s3::CreateMultipartUploadRequest upload_of(const std::string& bucket, const std::string& key,
                                           s3::ObjectAttributes attributes) {
  s3::CreateMultipartUploadRequest create;
  create.bucket = bucket;
  create.key = key;
  create.attributes = std::move(attributes);
  return create;
}

/// A listing shows whether the bucket is there; only an upload that is begun shows whether it takes objects
/// like these. The upload is aborted before it has a byte.
void expect_usable_bucket(s3::ObjectStore& store, const std::string& bucket, const std::string& prefix,
                          RestoreTarget::Trial trial) {
  store.list_objects({.bucket = bucket, .prefix = prefix, .max_keys = 1});
  if (trial == RestoreTarget::Trial::look) return;
  const std::string key =
      fmt::format("{}{}{}", prefix, kTrialName, base::make_ulid(base::SystemClock().now()));
  store.abort_multipart_upload(bucket, key, store.create_multipart_upload(upload_of(bucket, key, {})));
}

class BucketTarget final : public RestoreTarget {
 public:
  BucketTarget(s3::ObjectStore& store, base::Slots& slots, std::string bucket, std::string prefix,
               bool overwrite)
      : store_(store),
        slots_(slots),
        bucket_(std::move(bucket)),
        prefix_(std::move(prefix)),
        overwrite_(overwrite),
        abort_probe_(store, bucket_, "its upload was not aborted") {}

  void expect_usable(Trial trial) override { expect_usable_bucket(store_, bucket_, prefix_, trial); }
  bool bills_requests() const override { return true; }

  Sight look(const index::Row& row) override {
    const std::string key = key_of(row);
    const std::optional<s3::ObjectHead> head = store_.head_object(bucket_, key);
    if (!head) {
      free_keys_.note(key);
      return {};
    }
    free_keys_.forget(key);  // an earlier look may have found it free
    if (has_etag_of(*head, row)) return {Landing::equal};
    if (overwrite_) return {};
    if (head->size_bytes != row.size_bytes) return {Landing::exists};
    // Two different ETags prove nothing, even if both look like MD5s: either may have been made under KMS.
    // write() compares the bytes.
    return {.must_compare = true};
  }

  Landing write(const index::Row& row, std::string_view body) override {
    const std::string key = key_of(row);
    const Produce produce = [body](const Sink& sink) { sink(body); };
    if (const auto landed = find_before_writing(row, key, produce)) return *landed;

    s3::PutObjectRequest request;
    request.bucket = bucket_;
    request.key = key;
    request.attributes = attributes_of(row);
    request.if_none_match = !overwrite_;
    try {
      store_.put_object(request, body);
    } catch (const Error& error) {
      if (overwrite_ || error.kind() != ErrorKind::precondition_failed) throw;
      const std::optional<s3::ObjectHead> head = store_.head_object(bucket_, key);
      if (!head) throw;  // gone again: the next run restores it
      return compare(*head, row, produce);
    }
    if (!overwrite_ && guard_.must_try()) try_to_replace(request, body);
    return Landing::written;
  }
  std::vector<bool> find_free(const std::vector<index::Row>& rows) override {
    if (!guard_.is_proven()) return std::vector<bool>(rows.size(), false);
    return find_free_names(store_, bucket_, prefix_, rows);
  }

  Landing write_streamed(const index::Row& row, const Produce& produce) override {
    const std::string key = key_of(row);
    const std::uint64_t part_size = part_size_for(row, bucket_, key);
    if (const auto landed = find_before_writing(row, key, produce)) return *landed;
    for (int uploads = 1;; ++uploads) {
      try {
        return upload(row, key, part_size, produce);
      } catch (const MustUploadAgain& conflict) {
        if (uploads == kMostUploads) throw conflict.error;
      }
    }
  }

  std::string name_of(const index::Row& row) const override {
    return base::printable(fmt::format("s3://{}/{}{}", bucket_, prefix_, row.key));
  }

 private:
  Landing upload(const index::Row& row, const std::string& key, std::uint64_t part_size,
                 const Produce& produce) {
    s3::PartUploaderConfig config;
    config.bucket = bucket_;
    config.key = key;
    config.upload_id = store_.create_multipart_upload(upload_of(bucket_, key, attributes_of(row)));
    config.part_size_bytes = part_size;
    s3::PartUploader uploader(store_, slots_, config, {});

    s3::UploadedParts parts;
    std::optional<s3::ObjectHead> before;
    try {
      produce([&uploader](std::string_view bytes) { uploader.append(bytes); });
      if (uploader.size_bytes() != row.size_bytes) {
        throw error_about(
            bucket_, key, ErrorKind::corrupt,
            fmt::format("{} bytes came, but the index says {}", uploader.size_bytes(), row.size_bytes));
      }
      parts = uploader.finish();
      // The upload took some time, so the result of look() is old.
      if (!overwrite_) before = store_.head_object(bucket_, key);
    } catch (const Error& error) {
      throw with_note(error, abort(uploader, config));
    } catch (...) {
      abort(uploader, config);
      throw;
    }
    if (before) {
      if (const std::string note = abort(uploader, config); !note.empty())
        throw error_about(bucket_, key, ErrorKind::precondition_failed,
                          "another object appeared there meanwhile" + note);
      return is_made_of(*before, parts) || has_etag_of(*before, row) ? Landing::equal : Landing::exists;
    }
    return complete(row, uploader, config, parts);
  }

  std::string key_of(const index::Row& row) const {
    std::string key = prefix_ + row.key;
    expect_possible(bucket_, key);
    return key;
  }

  /// request: the PUT that has just made an object. If the store ignores its condition now, it replaces the
  /// object by the same bytes.
  void try_to_replace(const s3::PutObjectRequest& request, std::string_view body) {
    try {
      store_.put_object(request, body);
    } catch (const Error& error) {
      // Any other error is none of the object's: it is there.
      if (error.kind() == ErrorKind::precondition_failed) guard_.refused();
    }
  }

  /// What is already there. Sends nothing and returns nullopt if look() has just found the key free, if the
  /// store refuses to replace an object, or if everything may be overwritten.
  std::optional<Landing> find_before_writing(const index::Row& row, const std::string& key,
                                             const Produce& produce) {
    const bool known_free = free_keys_.take(key);
    if (overwrite_ || known_free || guard_.is_proven()) return std::nullopt;
    const std::optional<s3::ObjectHead> head = store_.head_object(bucket_, key);
    if (!head) return std::nullopt;
    return compare(*head, row, produce);
  }

  Landing complete(const index::Row& row, s3::PartUploader& uploader, const s3::PartUploaderConfig& config,
                   const s3::UploadedParts& parts) {
    s3::CompleteMultipartUploadRequest request;
    request.bucket = bucket_;
    request.key = config.key;
    request.upload_id = config.upload_id;
    request.parts = parts.parts;
    request.if_none_match = !overwrite_;
    try {
      send_complete(store_, request);
      return Landing::written;
    } catch (const Error& error) {
      // Perhaps only the answer was lost, and the object is there. After the abort no Complete can take
      // effect any more, so what HEAD shows then is final.
      const std::string note = abort(uploader, config);
      std::optional<s3::ObjectHead> head;
      try {
        head = store_.head_object(bucket_, config.key);
      } catch (const Error&) {
        throw with_note(error, note);  // the first error says more than the error of this HEAD
      }
      const bool lost_race = error.kind() == ErrorKind::precondition_failed;
      if (!head && note.empty() && s3::is_conflict(error)) throw MustUploadAgain{error};
      if (head && is_made_of(*head, parts)) return lost_race ? Landing::equal : Landing::written;
      if (!head || !lost_race || !note.empty()) throw with_note(error, note);
      return has_etag_of(*head, row) ? Landing::equal : Landing::exists;
    }
  }

  /// Aborts the upload. Returns an empty string, or half a sentence if the upload stays behind: its parts are
  /// billed until they are removed. If an object stands at the key, the store has to show first that its
  /// aborts don't remove objects.
  std::string abort(s3::PartUploader& uploader, const s3::PartUploaderConfig& config) {
    try {
      if (store_.head_object(bucket_, config.key)) abort_probe_.expect_harmless();
      uploader.abort();
      return {};
    } catch (const Error& error) {
      return fmt::format("; the unfinished upload {} stays behind: {}", base::printable(config.upload_id),
                         error.what());
    }
  }

  s3::ObjectStore& store_;
  base::Slots& slots_;
  const std::string bucket_;
  const std::string prefix_;
  const bool overwrite_;
  FreeKeys free_keys_;
  ReplacementGuard guard_;
  catalog::AbortProbe abort_probe_;
};

}  // namespace

std::unique_ptr<RestoreTarget> make_bucket_target(s3::ObjectStore& store, base::Slots& slots,
                                                  std::string bucket, std::string prefix, bool overwrite) {
  return std::make_unique<BucketTarget>(store, slots, std::move(bucket), std::move(prefix), overwrite);
}

}  // namespace s3c::restore
