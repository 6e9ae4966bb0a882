// Manifests of a split as objects of a bucket.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "base/counted.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/mutex.h"
#include "base/slots.h"
#include "plan/split_place.h"
#include "plan/split_refusals.h"
#include "s3/object_listing.h"
#include "s3/part_uploader.h"
#include "source/split_set.h"

namespace s3c::plan {
namespace {

using base::Error;
using base::ErrorKind;

/// Larger ones are sent in parts, so that memory stays flat.
constexpr std::uint64_t kMaxPutBytes = std::uint64_t{8} << 20;
constexpr std::size_t kReadAtOnceBytes = std::size_t{1} << 20;
/// So many manifests are sent at once, and so many parts of them.
constexpr int kManifestsInFlight = 4;

class BucketPlace final : public SplitPlace {
 public:
  BucketPlace(s3::ObjectStore& store, std::string bucket, std::string prefix)
      : store_(store), bucket_(std::move(bucket)), prefix_(std::move(prefix)) {}

  std::string text() const override { return fmt::format("s3://{}/{}", bucket_, prefix_); }

  void expect_free() override {
    base::Counted<std::string> found;
    s3::ObjectListing listing(store_, bucket_, prefix_ + std::string(source::kTaskStart));
    for (; const s3::ObjectSummary* object = listing.peek(); listing.pop()) {
      const std::string name = object->key.substr(prefix_.size());
      if (source::split_part_of(name)) found.add(name);
    }
    if (found.count() != 0) throw occupied_by_split(text(), found);
  }

  void write(const std::string& name, const base::TempFile& file, const std::stop_token& stop) override {
    const base::Slots::Slot slot = manifests_.acquire(stop);
    if (file.size_bytes() <= kMaxPutBytes) {
      put(prefix_ + name, file);
    } else {
      upload(prefix_ + name, file, stop);
    }
  }

  /// A store that ignores If-None-Match lets a second split overwrite.
  void expect_own() override {
    base::MutexLock lock(mutex_);
    s3::ObjectListing listing(store_, bucket_, prefix_ + std::string(source::kTaskStart));
    for (; const s3::ObjectSummary* object = listing.peek(); listing.pop()) {
      const std::string name = object->key.substr(prefix_.size());
      if (!source::split_part_of(name)) continue;
      const auto own = etags_.find(object->key);
      if (own == etags_.end() || (own->second != object->etag && !object->etag.empty()))
        throw mixed_with_another(text(), name);
    }
  }

 private:
  void keep_etag(const std::string& key, std::string etag) {
    base::MutexLock lock(mutex_);
    etags_[key] = std::move(etag);
  }

  void put(const std::string& key, const base::TempFile& file) {
    const std::string body = file.read(0, kMaxPutBytes);
    s3::PutObjectRequest request;
    request.bucket = bucket_;
    request.key = key;
    request.attributes.content_type = std::string(kContentType);
    request.if_none_match = true;
    try {
      keep_etag(key, store_.put_object(request, body));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::precondition_failed) throw;
      // The answer to an earlier try may have been lost: then the object is ours.
      std::optional<std::string> etag = etag_if_there(key, body);
      if (!etag) throw taken_by_another(text() + key.substr(prefix_.size()));
      keep_etag(key, *std::move(etag));
    }
  }

  /// nullopt: it isn't there, or it is another one.
  std::optional<std::string> etag_if_there(const std::string& key, const std::string& body) {
    s3::GetObjectRequest request;
    request.bucket = bucket_;
    request.key = key;
    const std::optional<s3::ObjectHead> head = store_.head_object(bucket_, key);
    const bool is_ours = head && head->size_bytes == body.size() && store_.get_object(request).body == body;
    return is_ours ? std::optional(head->etag) : std::nullopt;
  }

  void upload(const std::string& key, const base::TempFile& file, const std::stop_token& stop) {
    s3::CreateMultipartUploadRequest create;
    create.bucket = bucket_;
    create.key = key;
    create.attributes.content_type = std::string(kContentType);
    const std::string upload_id = store_.create_multipart_upload(create);
    try {
      const s3::UploadedParts parts = send_parts(key, upload_id, file, stop);
      complete(key, upload_id, parts);
    } catch (...) {
      abort(key, upload_id);
      throw;
    }
  }

  s3::UploadedParts send_parts(const std::string& key, const std::string& upload_id,
                               const base::TempFile& file, const std::stop_token& stop) {
    s3::PartUploaderConfig config;
    config.bucket = bucket_;
    config.key = key;
    config.upload_id = upload_id;
    config.part_size_bytes = s3::part_size_for(file.size_bytes());
    s3::PartUploader uploader(store_, parts_, config, stop);
    for (std::uint64_t at = 0; at < file.size_bytes();) {
      const std::string bytes = file.read(at, kReadAtOnceBytes);
      at += bytes.size();
      uploader.append(bytes);
    }
    return uploader.finish();
  }

  void complete(const std::string& key, const std::string& upload_id, const s3::UploadedParts& parts) {
    s3::CompleteMultipartUploadRequest request;
    request.bucket = bucket_;
    request.key = key;
    request.upload_id = upload_id;
    request.parts = parts.parts;
    request.if_none_match = true;
    try {
      keep_etag(key, store_.complete_multipart_upload(request));
    } catch (const Error& error) {
      // Its answer may have been lost: then the object is ours.
      const std::optional<s3::ObjectHead> head = store_.head_object(bucket_, key);
      if (head && head->size_bytes == parts.size_bytes && head->etag == parts.expected_etag)
        return keep_etag(key, head->etag);
      if (head && error.kind() == ErrorKind::precondition_failed)
        throw taken_by_another(text() + key.substr(prefix_.size()));
      throw;
    }
  }

  /// If this fails, an unfinished upload stays: invisible, and billed until a lifecycle rule of the bucket removes
  /// it. The error that led here says more to the user.
  void abort(const std::string& key, const std::string& upload_id) {
    try {
      store_.abort_multipart_upload(bucket_, key, upload_id);
    } catch (const Error&) {
    }
  }

  static constexpr std::string_view kContentType = "application/gzip";

  s3::ObjectStore& store_;
  const std::string bucket_;
  const std::string prefix_;
  base::Slots manifests_{kManifestsInFlight};
  base::Mutex mutex_;
  std::map<std::string, std::string> etags_ S3C_GUARDED_BY(mutex_);  // of what was written, by key
  base::Slots parts_{kManifestsInFlight};
};

}  // namespace

std::unique_ptr<SplitPlace> split_in_bucket(s3::ObjectStore& store, std::string bucket, std::string prefix) {
  return std::make_unique<BucketPlace>(store, std::move(bucket), std::move(prefix));
}

}  // namespace s3c::plan
