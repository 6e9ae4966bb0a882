// Restored members as objects of a bucket.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "archive/restore_target.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"
#include "s3/part_uploader.h"

namespace s3c::archive {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kMaxKeyBytes = 1024;

bool is_md5(const std::string& etag) {
  return etag.size() == 32 && base::from_hex(etag).has_value();
}

std::uint64_t part_size_for(std::uint64_t size_bytes) {
  constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
  constexpr std::uint64_t kMostParts = 9'999;
  const std::uint64_t needed = (size_bytes + kMostParts - 1) / kMostParts;
  return std::max(8 * kMiB, (needed + kMiB - 1) / kMiB * kMiB);
}

/// The ETag of an object that is uploaded in parts of one size.
class PartsDigest {
 public:
  explicit PartsDigest(std::uint64_t part_size_bytes) : part_size_bytes_(part_size_bytes) {}

  void update(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::string_view piece = bytes.substr(0, part_size_bytes_ - in_part_);
      part_.update(piece);
      in_part_ += piece.size();
      bytes.remove_prefix(piece.size());
      if (in_part_ == part_size_bytes_) end_part();
    }
  }
  /// Call once, last.
  std::string etag() {
    if (in_part_ != 0 || count_ == 0) end_part();
    return fmt::format("{}-{}", base::to_hex(base::md5(all_)), count_);
  }

 private:
  void end_part() {
    all_ += part_.finish();
    part_ = base::Digest::md5();
    in_part_ = 0;
    ++count_;
  }

  const std::uint64_t part_size_bytes_;
  std::uint64_t in_part_ = 0;
  int count_ = 0;
  base::Digest part_ = base::Digest::md5();
  std::string all_;  // the parts' MD5s
};

/// An object costs one HEAD and one PUT; a larger one another HEAD and its parts. The HEAD of look() is what
/// protects objects on stores that ignore If-None-Match; there, one that somebody writes between the two is
/// lost. S3 honours the condition.
class BucketTarget final : public RestoreTarget {
 public:
  BucketTarget(s3::ObjectStore& store, s3::UploadSlots& slots, std::string bucket, std::string prefix,
               bool overwrite)
      : store_(store),
        slots_(slots),
        bucket_(std::move(bucket)),
        prefix_(std::move(prefix)),
        overwrite_(overwrite) {}

  std::optional<Landing> look(const index::Row& row) override {
    const auto head = store_.head_object(bucket_, key_of(row));
    if (!head) return std::nullopt;
    if (head->size_bytes == row.size_bytes) {
      if (is_md5(row.etag) && head->etag == row.etag) return Landing::equal;
      // One of the two ETags is that of parts: the bytes tell.
      const bool streamed = row.size_bytes > kStreamedAboveBytes;
      if (is_md5(head->etag) ? !is_md5(row.etag) : streamed) return std::nullopt;
    }
    return overwrite_ ? std::nullopt : std::optional(Landing::exists);
  }

  Landing write(const index::Row& row, std::string_view body) override {
    s3::PutObjectRequest request;
    request.bucket = bucket_;
    request.key = key_of(row);
    request.attributes = attributes_of(row);
    request.if_none_match = !overwrite_;
    // It was there when look() saw it, with an ETag that says nothing of the row's.
    if (!is_md5(row.etag)) {
      if (const auto there = compare(request.key, base::to_hex(base::md5(body)), body.size())) return *there;
    }
    try {
      store_.put_object(request, body);
      return Landing::written;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::precondition_failed) throw;
      return compare(request.key, base::to_hex(base::md5(body)), body.size()).value_or(Landing::exists);
    }
  }

  Landing write_streamed(const index::Row& row, const std::function<void(const Sink&)>& produce) override {
    const std::uint64_t part_size = part_size_for(row.size_bytes);
    if (const auto there = compare_streamed(row, part_size, produce)) return *there;
    s3::CreateMultipartUploadRequest create;
    create.bucket = bucket_;
    create.key = key_of(row);
    create.attributes = attributes_of(row);
    s3::PartUploaderConfig config;
    config.bucket = bucket_;
    config.key = create.key;
    config.part_size_bytes = part_size;
    config.upload_id = store_.create_multipart_upload(create);
    s3::PartUploader uploader(store_, slots_, config, {});
    s3::CompleteMultipartUploadRequest complete;
    std::string expected_etag;
    try {
      produce([&uploader](std::string_view bytes) { uploader.append(bytes); });
      s3::UploadedParts uploaded = uploader.finish();
      expected_etag = uploaded.expected_etag;
      complete.bucket = bucket_;
      complete.key = create.key;
      complete.upload_id = config.upload_id;
      complete.parts = std::move(uploaded.parts);
      complete.if_none_match = !overwrite_;
      store_.complete_multipart_upload(complete);
      return Landing::written;
    } catch (const Error& error) {
      abandon(uploader);
      // The answer may have been lost, or somebody was faster: what stands there tells.
      if (expected_etag.empty()) throw;
      const auto there = compare(create.key, expected_etag, row.size_bytes);
      if (!there || (*there == Landing::exists && error.kind() != ErrorKind::precondition_failed)) throw;
      return *there == Landing::equal ? Landing::written : Landing::exists;
    } catch (...) {
      abandon(uploader);
      throw;
    }
  }

  std::string name_of(const index::Row& row) const override {
    return fmt::format("s3://{}/{}{}", bucket_, prefix_, row.key);
  }

 private:
  std::string key_of(const index::Row& row) const {
    std::string key = prefix_ + row.key;
    if (key.size() > kMaxKeyBytes) {
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("with the prefix of --to the key has {} bytes, more than S3's {}", key.size(),
                              kMaxKeyBytes),
                  {.operation = "restore", .resource = base::printable(bucket_ + "/" + key)});
    }
    return key;
  }

  static s3::ObjectAttributes attributes_of(const index::Row& row) {
    s3::ObjectAttributes attributes;
    attributes.content_type = row.content_type;
    attributes.system_headers = row.system_headers;
    attributes.metadata = row.metadata;
    attributes.tags = row.tags;
    return attributes;
  }

  /// What stands at key, against what we have; nullopt: nothing, or nothing that may not be replaced.
  std::optional<Landing> compare(const std::string& key, const std::string& etag, std::uint64_t size_bytes) {
    const auto head = store_.head_object(bucket_, key);
    if (!head) return std::nullopt;
    if (head->size_bytes == size_bytes && head->etag == etag) return Landing::equal;
    return overwrite_ ? std::nullopt : std::optional(Landing::exists);
  }

  /// The same for a member that would be uploaded in parts: what is there may be it, uploaded before.
  std::optional<Landing> compare_streamed(const index::Row& row, std::uint64_t part_size,
                                          const std::function<void(const Sink&)>& produce) {
    const auto head = store_.head_object(bucket_, key_of(row));
    if (!head || overwrite_) return std::nullopt;
    if (head->size_bytes != row.size_bytes) return Landing::exists;
    base::Digest whole = base::Digest::md5();
    PartsDigest parts(part_size);
    produce([&](std::string_view bytes) {
      whole.update(bytes);
      parts.update(bytes);
    });
    const bool equal = head->etag == base::to_hex(whole.finish()) || head->etag == parts.etag();
    return equal ? Landing::equal : Landing::exists;
  }

  /// The error that ended it is the one to tell; parts that stay behind are a lifecycle rule's.
  static void abandon(s3::PartUploader& uploader) {
    try {
      uploader.abort();
    } catch (const Error&) {
      return;
    }
  }

  s3::ObjectStore& store_;
  s3::UploadSlots& slots_;
  const std::string bucket_;
  const std::string prefix_;
  const bool overwrite_;
};

}  // namespace

std::unique_ptr<RestoreTarget> make_bucket_target(s3::ObjectStore& store, s3::UploadSlots& slots,
                                                  std::string bucket, std::string prefix, bool overwrite) {
  return std::make_unique<BucketTarget>(store, slots, std::move(bucket), std::move(prefix), overwrite);
}

}  // namespace s3c::archive
