#include "catalog/member_reader.h"

#include <fmt/format.h>

#include <optional>

#include "base/encoding.h"
#include "base/error.h"
#include "catalog/catalog.h"
#include "catalog/committed_volume.h"
#include "catalog/take_back.h"
#include "zip/decoder.h"

namespace s3c::catalog {

using base::Error;
using base::ErrorKind;

void expect_archive(s3::ObjectStore& store, const std::string& archive_bucket,
                    const index::Manifest& manifest, const s3::ObjectHead& got) {
  if (record_id(got) == manifest.id) return;
  ArchiveIdentity identity = identify(manifest, got);
  if (identity == ArchiveIdentity::unproven) {
    const auto head = store.head_object(archive_bucket, manifest.archive_key);
    identity = head && head->etag == got.etag ? identify(manifest, head) : ArchiveIdentity::other;
  }
  if (identity == ArchiveIdentity::lost_id) return;
  const base::ErrorContext context{.operation = "read member",
                                   .resource = archive_bucket + "/" + manifest.archive_key};
  if (identity == ArchiveIdentity::unproven) throw Error(ErrorKind::unsupported, kUnprovenArchive, context);
  throw Error(ErrorKind::damaged, "the archive is not the one in the catalog", context);
}

base::Error absence_of_archive(s3::ObjectStore& store, const std::string& archive_bucket,
                               const index::Manifest& manifest) {
  const base::ErrorContext context{.operation = "read archive",
                                   .resource = archive_bucket + "/" + base::printable(manifest.archive_key)};
  const bool was_committed = Catalog(store, archive_bucket).was_committed(manifest);
  // Looked at last, because its run may have completed it meanwhile.
  const auto head = store.head_object(archive_bucket, manifest.archive_key);
  if (identify(manifest, head) != ArchiveIdentity::other)
    return {ErrorKind::transient, "the archive was not there, and now it is", context};
  if (was_committed) return {ErrorKind::damaged, describe_loss(head), context};
  return {ErrorKind::not_found,
          "there is no archive yet: its run still works, or was killed. No source object was deleted because "
          "of this volume",
          context};
}

void read_member(s3::ObjectStore& store, const std::string& archive_bucket, const index::Manifest& manifest,
                 const index::Row& row, const std::function<void(std::string_view)>& sink) {
  const auto damaged = [&](const std::string& why) {
    return Error(ErrorKind::damaged, fmt::format("{}: {}", base::printable(row.key), why),
                 {.operation = "read member", .resource = archive_bucket + "/" + manifest.archive_key});
  };
  try {
    zip::MemberDecoder decoder(static_cast<zip::Method>(row.method), row.size_bytes, row.crc32, sink);
    if (row.compressed_size_bytes != 0) {
      s3::GetObjectRequest request;
      request.bucket = archive_bucket;
      request.key = manifest.archive_key;
      request.range = s3::ByteRange{row.data_offset, row.compressed_size_bytes};
      request.expected_size_bytes = row.compressed_size_bytes;
      const s3::ObjectHead head =
          store.read_object(request, [&](std::string_view bytes) { decoder.write(bytes); });
      expect_archive(store, archive_bucket, manifest, head);
    }
    decoder.finish();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::not_found) throw absence_of_archive(store, archive_bucket, manifest);
    if (error.kind() != ErrorKind::corrupt) throw;
    throw damaged(error.message());
  }
}

}  // namespace s3c::catalog
