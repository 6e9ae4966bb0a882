#include "catalog/committed_volume.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/hash.h"
#include "base/ulid.h"

namespace s3c::catalog {
namespace {

/// Whether the store's checksums are those of the manifest. nullopt: the store returns none that the manifest
/// has.
std::optional<bool> has_checksums_of(const index::Manifest& manifest, const s3::ObjectHead& archive) {
  std::optional<bool> same;
  const auto compare = [&](std::string_view algorithm, const std::string& expected) {
    const auto told = archive.whole_checksum(algorithm);
    if (told && !expected.empty()) same = same.value_or(true) && *told == expected;
  };
  compare(manifest.checksum.algorithm, manifest.checksum.value);
  compare("CRC64NVME", manifest.crc64nvme);
  return same;
}

/// The same for the ETag. A different ETag proves nothing if the same bytes can have it: when they were cut
/// into other parts, or when the store doesn't make its ETags of MD5s.
std::optional<bool> has_etag_of(const index::Manifest& manifest, const s3::ObjectHead& archive) {
  if (archive.etag.empty()) return std::nullopt;
  if (archive.etag == manifest.etag) return true;
  if (!archive.etag_is_of_md5()) return std::nullopt;
  if (manifest.parts != 1) return std::nullopt;
  if (archive.etag.ends_with("-1")) return false;
  // If the archive was copied in one piece, its ETag is the MD5 of what was the only part.
  const std::optional<std::string> md5 = base::from_hex(archive.etag);
  if (!md5 || md5->size() != 16) return std::nullopt;
  return base::to_hex(base::md5(*md5)) + "-1" == manifest.etag;
}

std::optional<bool> has_bytes_of(const index::Manifest& manifest, const s3::ObjectHead& archive) {
  if (archive.size_bytes != manifest.archive_size_bytes) return false;
  const auto same = has_checksums_of(manifest, archive);
  return same ? same : has_etag_of(manifest, archive);
}

}  // namespace

ArchiveIdentity identify(const index::Manifest& manifest, const std::optional<s3::ObjectHead>& object) {
  if (!object || manifest.id.empty()) return ArchiveIdentity::other;
  const std::string carried = id_of(object);
  if (manifest.is_foreign()) {
    if (!carried.empty() || record_id(object) != manifest.id) return ArchiveIdentity::other;
    return has_bytes_of(manifest, *object) == true ? ArchiveIdentity::as_sent : ArchiveIdentity::replaced;
  }
  if (!carried.empty() && carried != manifest.id) return ArchiveIdentity::other;
  const std::optional<bool> same = has_bytes_of(manifest, *object);
  if (!same) return ArchiveIdentity::unproven;
  if (carried.empty()) return *same ? ArchiveIdentity::lost_id : ArchiveIdentity::other;
  return *same ? ArchiveIdentity::as_sent : ArchiveIdentity::replaced;
}

bool is_as_sent(const index::Manifest& manifest, const std::optional<s3::ObjectHead>& object) {
  return identify(manifest, object) == ArchiveIdentity::as_sent;
}

std::optional<CommittedVolume> prove_committed(const index::Manifest& manifest,
                                               const std::optional<s3::ObjectHead>& archive) {
  if (manifest.is_foreign() || !is_as_sent(manifest, archive)) return std::nullopt;
  return CommittedVolume(manifest, *archive);
}

std::string id_of(const std::optional<s3::ObjectHead>& archive) {
  if (!archive) return {};
  const auto id = archive->metadata.find(kIdMetadata);
  return id == archive->metadata.end() ? std::string() : id->second;
}

std::string record_id(const std::optional<s3::ObjectHead>& archive) {
  if (std::string carried = id_of(archive); !carried.empty() || !archive || archive->etag.empty())
    return carried;
  // Not of its last-modified: a copy in place, to another storage class, changes that and no byte.
  const std::string hash = base::sha256(fmt::format("{} {}", archive->etag, archive->size_bytes));
  return base::ulid_of({}, std::string_view(hash).substr(0, 10));
}

bool is_foreign_id(std::string_view id) {
  return base::ulid_time(id) == base::Timestamp{};
}

}  // namespace s3c::catalog
