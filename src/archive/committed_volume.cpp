#include "archive/committed_volume.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/ulid.h"

namespace s3c::archive {
namespace {

bool same_bytes(const index::Manifest& manifest, const s3::ObjectHead& archive) {
  const auto stored =
      std::find_if(archive.checksums.begin(), archive.checksums.end(), [&](const s3::Checksum& c) {
        // A composite checksum ("…-N") speaks of parts, not of the whole: it proves nothing here.
        return c.algorithm == manifest.checksum.algorithm && c.type != "COMPOSITE" &&
               c.value.find('-') == std::string::npos;
      });
  if (stored != archive.checksums.end())
    return !stored->value.empty() && stored->value == manifest.checksum.value;
  return !archive.etag.empty() && archive.etag == manifest.etag;
}

}  // namespace

bool is_as_sent(const index::Manifest& manifest, const std::optional<s3::ObjectHead>& object) {
  return object && !manifest.id.empty() && record_id(object) == manifest.id &&
         manifest.is_foreign() == id_of(object).empty() &&
         object->size_bytes == manifest.archive_size_bytes && same_bytes(manifest, *object);
}

std::optional<CommittedVolume> prove_committed(const index::Manifest& manifest,
                                               const std::optional<s3::ObjectHead>& archive) {
  if (manifest.is_foreign() || !is_as_sent(manifest, archive)) return std::nullopt;
  return CommittedVolume(manifest);
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

}  // namespace s3c::archive
