#include "catalog/volume_mend.h"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"
#include "catalog/abort_probe.h"
#include "catalog/committed_volume.h"
#include "catalog/part_copy.h"
#include "s3/error_mapping.h"

namespace s3c::catalog {
namespace {

using base::Error;
using base::ErrorKind;

/// The ETag that these parts get from a store that makes ETags of MD5s. nullopt: the parts' ETags aren't
/// MD5s.
std::optional<std::string> etag_of_parts(const std::vector<s3::UploadedPart>& parts) {
  std::string md5s;
  for (const s3::UploadedPart& part : parts) {
    const std::optional<std::string> md5 = base::from_hex(part.etag);
    if (!md5 || md5->size() != 16) return std::nullopt;
    md5s += *md5;
  }
  return fmt::format("{}-{}", base::to_hex(base::md5(md5s)), parts.size());
}

std::uint32_t crc32_of(const index::Manifest& manifest) {
  const std::string raw = base::from_base64(manifest.checksum.value).value();
  std::uint32_t crc32 = 0;
  for (const char byte : raw) crc32 = (crc32 << 8) | static_cast<unsigned char>(byte);
  return crc32;
}

class Mend {
 public:
  Mend(s3::ObjectStore& store, const std::string& bucket, const index::Manifest& manifest,
       const std::string& etag)
      : store_(store), bucket_(bucket), manifest_(manifest), etag_(etag) {}

  void run(base::Slots& slots, const std::stop_token& stop) {
    const s3::ObjectHead archive = expect_unchanged();
    if (is_as_sent(manifest_, archive)) return;  // another process has mended it
    // A mend that fails aborts its upload. That upload is to the very name at which the archive stands.
    AbortProbe(store_, bucket_, "nothing was mended", stop).expect_harmless();
    // A store that returns a checksum keeps checksums. So it takes the header that asks for one.
    const bool checksums = !archive.checksums.empty();
    try {
      copy(archive, checksums, slots, stop);
    } catch (const Error& error) {
      if (!s3::is_refusal(error.kind()) || !checksums) throw;
      // Some stores refuse to copy parts into an upload with a checksum. The ETag then proves the copy.
      copy(archive, false, slots, stop);
    }
  }

 private:
  void copy(const s3::ObjectHead& archive, bool checksums, base::Slots& slots, const std::stop_token& stop) {
    const std::string upload_id = store_.create_multipart_upload(create_request(archive, checksums));
    std::optional<Error> failure;
    try {
      complete(
          upload_id,
          copy_parts_of(store_, bucket_, manifest_, upload_id, manifest_.archive_key, etag_, slots, stop),
          checksums);
    } catch (const Error& error) {
      failure = error;
    }
    // Only HEAD tells whether Complete took effect, whatever its answer was. After the abort no Complete can
    // land any more.
    if (is_as_sent(manifest_, head())) return;
    store_.abort_multipart_upload(bucket_, manifest_.archive_key, upload_id);
    if (is_as_sent(manifest_, head())) return;
    if (failure) throw *failure;
    throw error(ErrorKind::corrupt,
                "it was copied onto itself, and now the store tells a size or a checksum that is not the "
                "manifest's");
  }

  Error error(ErrorKind kind, const std::string& why) const {
    return {kind, why, {.operation = "mend", .resource = bucket_ + "/" + manifest_.archive_key}};
  }

  std::optional<s3::ObjectHead> head() { return store_.head_object(bucket_, manifest_.archive_key); }

  s3::ObjectHead expect_unchanged() {
    auto now = head();
    if (!now || now->etag != etag_) {
      throw error(ErrorKind::precondition_failed,
                  "the object at its name is not the one that was read; nothing was changed");
    }
    return *std::move(now);
  }

  s3::CreateMultipartUploadRequest create_request(const s3::ObjectHead& archive, bool checksums) {
    s3::CreateMultipartUploadRequest request;
    request.bucket = bucket_;
    request.key = manifest_.archive_key;
    request.attributes.content_type = archive.content_type;
    request.attributes.system_headers = archive.system_headers;
    request.attributes.metadata = archive.metadata;
    request.attributes.metadata[kIdMetadata] = manifest_.id;
    // Asked for whatever tag count HEAD returned: some stores never return one.
    request.attributes.tags = store_.get_object_tagging(bucket_, manifest_.archive_key, archive.version_id);
    request.attributes.storage_class = archive.storage_class;
    request.encryption = {archive.server_side_encryption, archive.kms_key_id, archive.bucket_key};
    request.attributes.lock = archive.lock;
    if (!archive.lock.mode.empty() && !archive.lock.retain_until) {
      throw error(ErrorKind::unsupported,
                  "the store tells that the archive is retained, and not until when, so a copy couldn't be. "
                  "Nothing was changed");
    }
    // A store refuses a retention that is over.
    if (archive.lock.retain_until && *archive.lock.retain_until <= store_.now())
      request.attributes.lock.mode.clear();
    request.full_object_crc32 = checksums;
    return request;
  }

  void complete(const std::string& upload_id, std::vector<s3::UploadedPart> parts, bool checksums) {
    if (!checksums && etag_of_parts(parts) != manifest_.etag) {
      throw error(
          ErrorKind::unsupported,
          "this store tells no checksum, and the copy would have another ETag than the manifest: nothing "
          "could prove the copy. Nothing was changed");
    }
    s3::CompleteMultipartUploadRequest request;
    request.bucket = bucket_;
    request.key = manifest_.archive_key;
    request.upload_id = upload_id;
    request.parts = std::move(parts);
    request.if_none_match = false;
    request.if_match = etag_;
    if (checksums) {
      request.full_object_crc32 = crc32_of(manifest_);
      request.object_size_bytes = manifest_.archive_size_bytes;
    }
    expect_unchanged();  // for stores that ignore the condition
    store_.complete_multipart_upload(request);
  }

  s3::ObjectStore& store_;
  const std::string& bucket_;
  const index::Manifest& manifest_;
  const std::string& etag_;
};

}  // namespace

void give_id_back(s3::ObjectStore& store, const std::string& archive_bucket, const index::Manifest& manifest,
                  const std::string& etag, base::Slots& slots, const std::stop_token& stop) {
  Mend(store, archive_bucket, manifest, etag).run(slots, stop);
}

}  // namespace s3c::catalog
