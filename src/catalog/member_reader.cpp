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

base::Error error_of_read(s3::ObjectStore& store, const std::string& archive_bucket,
                          const index::Manifest& manifest, const base::Error& error) {
  if (error.kind() == ErrorKind::not_found) return absence_of_archive(store, archive_bucket, manifest);
  const bool lacks_bytes = error.context().code == "InvalidRange" || error.kind() == ErrorKind::corrupt ||
                           error.kind() == ErrorKind::precondition_failed;
  if (!lacks_bytes) return error;
  const auto head = store.head_object(archive_bucket, manifest.archive_key);
  if (!head) return absence_of_archive(store, archive_bucket, manifest);
  if (head->size_bytes == manifest.archive_size_bytes) return error;
  return {ErrorKind::damaged,
          fmt::format(
              "the archive has {} bytes, but its manifest says {}: another object stands at its name, or it "
              "was cut off",
              head->size_bytes, manifest.archive_size_bytes),
          {.operation = "read archive",
           .resource = archive_bucket + "/" + base::printable(manifest.archive_key)}};
}

namespace {

using Sink = std::function<void(std::string_view)>;

void decode(s3::ObjectStore& store, const std::string& archive_bucket, const index::Manifest& manifest,
            const index::Row& row, const Sink& sink) {
  zip::MemberDecoder decoder(static_cast<zip::Method>(row.method), row.size_bytes, row.crc32, sink);
  if (row.compressed_size_bytes != 0) {
    s3::GetObjectRequest request;
    request.bucket = archive_bucket;
    request.key = manifest.archive_key;
    request.range = s3::ByteRange{row.data_offset, row.compressed_size_bytes};
    request.expected_size_bytes = row.compressed_size_bytes;
    bool handing_over = false;  // then an error is the decoder's or sink's
    try {
      const s3::ObjectHead head = store.read_object(request, [&](std::string_view bytes) {
        handing_over = true;
        decoder.write(bytes);
        handing_over = false;
      });
      expect_archive(store, archive_bucket, manifest, head);
    } catch (const Error& error) {
      if (handing_over) throw;
      throw error_of_read(store, archive_bucket, manifest, error);
    }
  }
  decoder.finish();
}

}  // namespace

void read_member(s3::ObjectStore& store, const std::string& archive_bucket, const index::Manifest& manifest,
                 const index::Row& row, const Sink& sink) {
  const auto error_of = [&](ErrorKind kind, const std::string& why) {
    return Error(kind, fmt::format("{}: {}", base::printable(row.key), why),
                 {.operation = "read member", .resource = archive_bucket + "/" + manifest.archive_key});
  };
  std::string why;
  try {
    return decode(store, archive_bucket, manifest, row, sink);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt) throw;
    why = error.message();
  }
  // sink has got wrong bytes, so nothing can be mended here. A second read only tells whose fault it was.
  try {
    decode(store, archive_bucket, manifest, row, [](std::string_view) {});
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt) throw;
    throw error_of(ErrorKind::damaged, error.message());
  }
  throw error_of(ErrorKind::corrupt, why + "; a second read was whole, so it was damaged on its way");
}

}  // namespace s3c::catalog
