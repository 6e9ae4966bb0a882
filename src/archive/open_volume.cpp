#include "archive/open_volume.h"

#include <fmt/format.h>

#include <utility>

#include "base/crc.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "base/time.h"
#include "base/ulid.h"
#include "catalog/catalog.h"
#include "catalog/committed_volume.h"
#include "s3/attribute_headers.h"

namespace s3c::archive {
namespace {

/// Where the parts go: to a staging key if the volume is to be read back, else to the archive's own name.
std::string upload_key(const index::Manifest& m, const ArchiveOptions& options) {
  return options.readback ? catalog::staging_key(m.archive_key, m.id) : m.archive_key;
}

/// Creates the upload, and returns what is known of the manifest before the first byte.
index::Manifest start_upload(const OpenVolume::Setup& setup, std::string archive_key,
                             std::uint64_t part_size) {
  const ArchiveOptions& options = setup.options;
  index::Manifest m;
  m.created_at = setup.clock.now();
  m.id = base::make_ulid(m.created_at);
  m.archive_bucket = options.archive_bucket;
  m.archive_key = std::move(archive_key);
  m.part_size_bytes = part_size;
  m.storage_class = options.storage_class;
  m.source_bucket = options.selection.bucket;
  m.layout = options.layout.text();
  m.group = setup.group.fields;
  m.group_prefix = setup.group.prefix;
  m.index_key = catalog::index_key(m.archive_key, m.id);
  m.tool = "s3compressor";
  m.tool_version = options.tool_version;
  m.commit_marks = true;
  m.tags_archived = !options.without_tags;

  s3::CreateMultipartUploadRequest request = create_request(m, options, setup.powers, setup.store.now());
  request.key = upload_key(m, options);
  if (options.readback) {
    request.attributes.storage_class = "STANDARD";  // the copy must be readable, and is gone within the hour
    request.attributes.tags.clear();  // tags are for the archive: a lifecycle rule may act on them
    request.attributes.lock = {};     // the copy must be removable
  }
  m.upload_id = setup.store.create_multipart_upload(request);
  return m;
}

s3::PartUploaderConfig uploader_config(const index::Manifest& m, const OpenVolume::Setup& setup) {
  s3::PartUploaderConfig config;
  config.bucket = m.archive_bucket;
  config.key = upload_key(m, setup.options);
  config.upload_id = m.upload_id;
  config.part_size_bytes = m.part_size_bytes;
  config.send_crc32 = setup.powers.additional_checksums;
  return config;
}

std::string retention_text(const s3::ObjectLock& lock) {
  if (lock.mode.empty()) return "";
  return lock.retain_until ? fmt::format("{} until {}", lock.mode, base::format_iso8601(*lock.retain_until))
                           : lock.mode;
}

/// More than was asked for is no difference: the bucket has a default, or a person extended the retention.
bool is_retained_as(const s3::ObjectLock& asked, const s3::ObjectLock& told) {
  return asked.mode.empty() ||
         ((told.mode == asked.mode || told.mode == "COMPLIANCE") && told.retain_until >= asked.retain_until);
}

}  // namespace

s3::CreateMultipartUploadRequest create_request(const index::Manifest& manifest,
                                                const ArchiveOptions& options,
                                                const catalog::StorePowers& powers, base::Timestamp now) {
  s3::CreateMultipartUploadRequest request;
  request.bucket = manifest.archive_bucket;
  request.key = manifest.archive_key;
  request.attributes.lock = options.lock.at(now);
  request.attributes.content_type = "application/zip";
  request.attributes.storage_class = manifest.storage_class;
  request.attributes.metadata = {{catalog::kIdMetadata, manifest.id}};
  request.attributes.tags = s3::parse_tagging_header(options.tagging);
  request.full_object_crc32 = powers.additional_checksums;
  return request;
}

std::string stored_otherwise(const ArchiveOptions& options, const std::string& storage_class,
                             const s3::ObjectHead& archive) {
  std::string difference;
  const auto compare = [&difference](std::string_view what, const std::string& asked,
                                     const std::string& told) {
    if (asked == told) return;
    difference += fmt::format("{}{} {} instead of {}", difference.empty() ? "" : ", ", what,
                              told.empty() ? "none" : told, asked);
  };
  compare("storage class", storage_class, archive.storage_class);
  // The retention counts from the moment when the upload was made, which is at most a day before the archive's
  // time.
  const s3::ObjectLock lock = options.lock.at(archive.last_modified - std::chrono::days(1));
  if (!is_retained_as(lock, archive.lock))
    compare("retention", retention_text(lock), retention_text(archive.lock));
  if (lock.legal_hold && !archive.lock.legal_hold) compare("legal hold", "ON", "");
  const s3::Encryption& asked = options.encryption;
  if (asked.algorithm.empty()) return difference;
  compare("encryption", asked.algorithm, archive.server_side_encryption);
  // The store tells a key by its ARN, which ends in the id. An alias can't be compared with it.
  const bool comparable = !asked.kms_key_id.empty() && asked.kms_key_id.find("alias/") == std::string::npos &&
                          !archive.kms_key_id.empty();
  if (comparable && !archive.kms_key_id.ends_with("/" + asked.kms_key_id))
    compare("KMS key", asked.kms_key_id, archive.kms_key_id);
  if (asked.bucket_key && !archive.bucket_key) compare("bucket key", "on", "");
  return difference;
}

s3::CompleteMultipartUploadRequest complete_request(const SealedVolume& volume,
                                                    const catalog::StorePowers& powers) {
  s3::CompleteMultipartUploadRequest request;
  request.bucket = volume.manifest.archive_bucket;
  request.key = volume.manifest.archive_key;
  request.upload_id = volume.manifest.upload_id;
  request.parts = volume.parts;
  request.if_none_match = powers.takes_complete_condition;
  if (powers.additional_checksums && volume.upload_has_checksum) {
    request.full_object_crc32 = volume.crc32;
    request.object_size_bytes = volume.manifest.archive_size_bytes;
  }
  return request;
}

OpenVolume::OpenVolume(const Setup& setup, std::string archive_key, std::uint64_t part_size_bytes,
                       base::MemoryLease buffers)
    : manifest_(start_upload(setup, std::move(archive_key), part_size_bytes)),
      buffers_(std::move(buffers)),
      uploader_(setup.store, setup.slots, uploader_config(manifest_, setup), {}),
      builder_(
          [this, on_bytes = setup.on_bytes](std::string_view bytes) {
            uploader_.append(bytes);
            on_bytes(bytes.size());
          },
          {setup.options.prices, setup.clock.now()}) {}

SealedVolume OpenVolume::seal() {
  VolumeBuilder::Contents contents = builder_.finish();
  SealedVolume sealed;
  sealed.vanished = contents.vanished;
  sealed.left = std::move(contents.left);
  sealed.sources = std::move(contents.bill);
  if (contents.objects == 0) return sealed;
  s3::UploadedParts uploaded = uploader_.finish();

  index::Manifest& m = manifest_;
  m.archive_size_bytes = uploaded.size_bytes;
  m.checksum = {"CRC32", "FULL_OBJECT", base::to_base64(base::crc32_bytes(uploaded.crc32))};
  m.crc64nvme = base::to_base64(base::crc64nvme_bytes(uploaded.crc64nvme));
  m.etag = uploaded.expected_etag;
  m.parts = uploaded.parts.size();
  m.objects = contents.objects;
  m.source_size_bytes = contents.source_bytes;
  m.first_key = contents.index.first_key;
  m.last_key = contents.index.last_key;
  m.index_size_bytes = contents.index.gz.size();
  m.index_sha256 = base::to_hex(base::sha256(contents.index.gz.view()));
  m.blocks = contents.index.blocks;

  sealed.manifest = m;
  sealed.index = std::move(contents.index);
  sealed.parts = std::move(uploaded.parts);
  sealed.crc32 = uploaded.crc32;
  return sealed;
}

void OpenVolume::abandon() {
  builder_.wait_until_answered();
  uploader_.abort();
}

}  // namespace s3c::archive
