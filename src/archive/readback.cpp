#include "archive/readback.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/encoding.h"
#include "base/error.h"
#include "catalog/catalog.h"
#include "catalog/committed_volume.h"
#include "catalog/part_copy.h"
#include "catalog/volume_audit.h"
#include "index/index_reader.h"
#include "s3/error_mapping.h"

namespace s3c::archive {

using base::Error;
using base::ErrorKind;

namespace {

std::string staging_key(const index::Manifest& manifest) {
  return catalog::staging_key(manifest.archive_key, manifest.id);
}

Error damaged(const index::Manifest& manifest, const std::string& message) {
  return {ErrorKind::corrupt,
          message,
          {.operation = "read back", .resource = manifest.archive_bucket + "/" + staging_key(manifest)}};
}

}  // namespace

void Readback::promote(SealedVolume& volume) {
  try {
    const std::string etag = complete_staged(volume);
    read_back(volume, etag);
    copy_parts(volume, etag);
  } catch (...) {
    discard(volume);
    throw;
  }
  discard(volume);
}

/// As in steps 6 and 7: whatever Complete answers, only what HEAD shows counts.
std::string Readback::complete_staged(const SealedVolume& volume) {
  s3::CompleteMultipartUploadRequest request = complete_request(volume, powers_);
  request.key = staging_key(volume.manifest);
  std::optional<Error> error;
  try {
    store_.complete_multipart_upload(request);
  } catch (const Error& thrown) {
    error = thrown;
  }
  const auto staged = store_.head_object(request.bucket, request.key);
  if (catalog::is_as_sent(volume.manifest, staged)) return staged->etag;
  if (error) throw *error;
  if (!staged) {
    throw Error(
        ErrorKind::not_found, "the copy to be read back is gone",
        {.operation = "read back", .resource = request.bucket + "/" + request.key, .code = "NoSuchKey"});
  }
  throw damaged(volume.manifest, "the store's size or checksum of the copy is not what was uploaded");
}

void Readback::read_back(const SealedVolume& volume, const std::string& etag) {
  const index::Manifest& manifest = volume.manifest;
  const catalog::AuditReport report =
      catalog::audit_volume(store_, {manifest.archive_bucket, staging_key(manifest), etag}, manifest,
                            volume.index.cursor(), bodies_);
  if (report.whole()) {
    log_.info("read back {}: {} objects", base::printable(manifest.archive_key), report.members);
    return;
  }
  for (const catalog::Damage& damage : report.damages.named())
    log_.warn("read back {}: {}: {}", base::printable(manifest.archive_key), base::printable(damage.key),
              damage.what);
  const catalog::Damage& first = report.damages.named().front();
  throw damaged(manifest,
                fmt::format("the volume that was read back is not what was packed; nothing was deleted: "
                            "{}{}{}",
                            base::printable(first.key), first.key.empty() ? "" : ": ", first.what));
}

std::vector<s3::UploadedPart> Readback::copies_of_parts(const index::Manifest& manifest,
                                                        const std::string& etag) {
  try {
    return catalog::copy_parts_of(store_, manifest.archive_bucket, manifest, manifest.upload_id,
                                  staging_key(manifest), etag, slots_);
  } catch (const Error& error) {
    if (!s3::is_refusal(error.kind())) throw;
    throw Error(error.kind(),
                error.message() +
                    "; this store doesn't copy parts as readback needs it. Leave checksums out of "
                    "the archive's powers, or verify by checksum instead of by readback",
                error.context());
  }
}

void Readback::copy_parts(SealedVolume& volume, const std::string& etag) {
  try {
    copy_parts_into_upload(volume, etag);
    return;
  } catch (const Error& error) {
    // Without a checksum only the ETag can prove the archive.
    const bool can_do_without = powers_.additional_checksums && etag == volume.manifest.etag;
    if (!s3::is_refusal(error.kind()) || !can_do_without) throw;
    log_.info("{}: tried again without a checksum of the whole archive", error.what());
  }
  volume.upload_has_checksum = false;
  copy_parts_into_upload(volume, etag);
}

void Readback::copy_parts_into_upload(SealedVolume& volume, const std::string& etag) {
  index::Manifest& manifest = volume.manifest;
  s3::CreateMultipartUploadRequest create = create_request(manifest, options_, powers_, store_.now());
  create.full_object_crc32 = create.full_object_crc32 && volume.upload_has_checksum;
  manifest.upload_id = store_.create_multipart_upload(create);
  try {
    std::vector<s3::UploadedPart> copies = copies_of_parts(manifest, etag);
    for (std::size_t i = 0; i < copies.size(); ++i) {
      const s3::UploadedPart& sent = volume.parts[i];
      // If the staged copy's ETag shows that ETags are MD5s here, the same bytes have the same ETag.
      if (etag == manifest.etag && copies[i].etag != sent.etag)
        throw damaged(manifest,
                      fmt::format("the store's copy of part {} has another ETag than the part", i + 1));
      if (sent.crc32 && copies[i].crc32 && *copies[i].crc32 != *sent.crc32)
        throw damaged(manifest,
                      fmt::format("the store's copy of part {} has another CRC-32 than the part", i + 1));
    }
    volume.parts = std::move(copies);
  } catch (...) {
    try {
      store_.abort_multipart_upload(manifest.archive_bucket, manifest.archive_key, manifest.upload_id);
    } catch (const Error& error) {
      log_.warn("the unfinished upload of {} stays behind: {}", base::printable(manifest.archive_key),
                error.what());
    }
    throw;
  }
}

/// Removes the staging copy, which no code reads any more. If that fails, a later run or gc removes it.
void Readback::discard(const SealedVolume& volume) {
  try {
    catalog::Catalog(store_, volume.manifest.archive_bucket).remove_object(staging_key(volume.manifest));
  } catch (const Error& error) {
    log_.warn("the copy that was read back stays behind: {}", error.what());
  }
}

}  // namespace s3c::archive
