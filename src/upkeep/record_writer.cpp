#include "upkeep/record_writer.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>

#include "base/encoding.h"
#include "base/error.h"
#include "catalog/catalog.h"
#include "catalog/committed_volume.h"
#include "catalog/proven_read.h"

namespace s3c::upkeep {
namespace {

using base::Error;
using base::ErrorKind;

/// False: the same bytes are already there.
bool put_if_missing(s3::ObjectStore& store, const index::Manifest& manifest, const std::string& key,
                    const std::string& content_type, std::string_view body) {
  const auto is_same = [&](const s3::ObjectHead& head) {
    s3::GetObjectRequest request;
    request.bucket = manifest.archive_bucket;
    request.key = key;
    request.max_size_bytes = body.size();
    if (head.size_bytes != body.size()) return false;
    try {
      catalog::get_proven(store, request, kRebuildStep, [&body](const s3::GetObjectResult& got) {
        if (got.body != body) throw Error(ErrorKind::corrupt, "it is another one");
      });
      return true;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::damaged) throw;
      return false;
    }
  };
  const auto refuse = [&] {
    return occupied(manifest.archive_bucket, manifest.archive_key, key, "it is another one");
  };
  // Looked for first, because some stores ignore the condition of the PUT.
  if (const auto there = store.head_object(manifest.archive_bucket, key)) {
    if (!is_same(*there)) throw refuse();
    return false;
  }
  s3::PutObjectRequest request;
  request.bucket = manifest.archive_bucket;
  request.key = key;
  request.attributes.content_type = content_type;
  request.if_none_match = true;
  store.put_object(request, body);
  return true;
}

}  // namespace

Error occupied(const std::string& archive_bucket, const std::string& archive_key, const std::string& record,
               const std::string& why) {
  return {
      ErrorKind::damaged,
      fmt::format("{} is already there, but isn't the record of this archive: {}. Move it away first, then "
                  "run catalog rebuild again",
                  base::printable(record), why),
      {.operation = kRebuildStep, .resource = archive_bucket + "/" + base::printable(archive_key)}};
}

WrittenRecords write_missing_records(s3::ObjectStore& store, const index::Manifest& manifest,
                                     const index::IndexFile& index, const s3::ObjectHead& archive) {
  const std::string& bucket = manifest.archive_bucket;
  WrittenRecords written;
  // Index first: a manifest without its index is damage.
  written.index = put_if_missing(store, manifest, catalog::index_key(manifest.archive_key, manifest.id),
                                 "application/gzip", index.gz.view());
  const std::string key = catalog::manifest_key(manifest.archive_key, manifest.id);
  if (store.head_object(bucket, key)) {
    const index::Manifest there =
        catalog::Catalog(store, bucket)
            .read_manifest(catalog::ManifestName{manifest.archive_key, manifest.id});
    if (!catalog::is_as_sent(there, archive) || there.index_sha256 != manifest.index_sha256)
      throw occupied(bucket, manifest.archive_key, key, "it says something else than the archive");
    return written;
  }
  written.manifest = put_if_missing(store, manifest, key, "application/json", index::to_json(manifest));
  return written;
}

}  // namespace s3c::upkeep
