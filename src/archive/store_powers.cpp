#include "archive/store_powers.h"

#include <algorithm>

#include "archive/catalog.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/ulid.h"

namespace s3c::archive {
namespace {

using base::Error;
using base::ErrorKind;
using Outcome = s3::DeleteResult::Outcome;

constexpr std::string_view kProbeBody = "s3compress was here";

/// What a store says that doesn't know a header or an element.
bool is_refusal(const Error& error) {
  return error.kind() == ErrorKind::invalid_argument || error.kind() == ErrorKind::unsupported;
}

/// One probe object and the uploads that make it.
class Probe {
 public:
  Probe(s3::ObjectStore& store, std::string bucket, std::string key)
      : store_(store), bucket_(std::move(bucket)), key_(std::move(key)) {}

  /// Makes the probe object by a multipart upload; true if the store took the checksum and tells it again.
  bool make_with_checksum() {
    std::string upload_id;
    try {
      upload_id = start(true);
      complete(upload_id, true, false);
    } catch (const Error& error) {
      if (!upload_id.empty()) store_.abort_multipart_upload(bucket_, key_, upload_id);
      // A store that doesn't know the headers may refuse them; one that can't be written is found out below.
      if (!is_refusal(error)) throw;
      make();
      return false;
    }
    const auto head = store_.head_object(bucket_, key_);
    const std::string expected = base::to_base64(base::crc32_bytes(base::crc32(kProbeBody)));
    return head && head->whole_checksum("CRC32") == expected;
  }

  void make() { complete(start(false), false, false); }

  /// REQUIRES: the probe object exists.
  bool complete_is_conditional() {
    const std::string upload_id = start(false);
    try {
      complete(upload_id, false, true);
      return false;
    } catch (const Error& error) {
      store_.abort_multipart_upload(bucket_, key_, upload_id);
      if (error.kind() == ErrorKind::precondition_failed) return true;
      if (is_refusal(error)) return false;
      throw;
    }
  }

  /// REQUIRES: the probe object exists. It may be gone afterwards.
  bool delete_is_conditional() {
    try {
      return remove("00000000000000000000000000000000").outcome == Outcome::precondition_failed;
    } catch (const Error& error) {
      if (is_refusal(error)) return false;
      throw;
    }
  }

  /// On the way out of an error, which is the one to tell.
  void try_to_remove() {
    try {
      remove("");
    } catch (const Error&) {
      return;
    }
  }

  s3::DeleteResult remove(const std::string& etag) {
    s3::DeleteItem item;
    item.key = key_;
    item.etag = etag;
    return store_.delete_objects(bucket_, {item}, s3::ObjectStore::Resend::allowed).at(0);
  }

 private:
  std::string start(bool checksum) {
    s3::CreateMultipartUploadRequest request;
    request.bucket = bucket_;
    request.key = key_;
    request.attributes.content_type = "text/plain";
    request.full_object_crc32 = checksum;
    return store_.create_multipart_upload(request);
  }

  void complete(const std::string& upload_id, bool checksum, bool if_none_match) {
    s3::UploadPartRequest part;
    part.bucket = bucket_;
    part.key = key_;
    part.upload_id = upload_id;
    part.part_number = 1;
    part.body = kProbeBody;
    part.md5 = base::md5(kProbeBody);
    if (checksum) part.crc32 = base::crc32(kProbeBody);
    s3::CompleteMultipartUploadRequest request;
    request.bucket = bucket_;
    request.key = key_;
    request.upload_id = upload_id;
    request.parts = {store_.upload_part(part)};
    request.if_none_match = if_none_match;
    if (checksum) request.full_object_crc32 = base::crc32(kProbeBody);
    store_.complete_multipart_upload(request);
  }

  s3::ObjectStore& store_;
  std::string bucket_;
  std::string key_;
};

}  // namespace

StorePowers find_powers(s3::ObjectStore& store, const ArchiveOptions& options, base::Clock& clock) {
  StorePowers powers;
  powers.conditional_complete = options.conditional_complete.value_or(false);
  powers.additional_checksums = options.additional_checksums.value_or(false);
  powers.conditional_delete = options.conditional_delete.value_or(false);
  if (options.conditional_complete && options.additional_checksums && options.conditional_delete)
    return powers;

  Probe probe(store, options.archive_bucket, probe_key(base::make_ulid(clock.now())));
  try {
    if (options.additional_checksums) {
      probe.make();
    } else {
      powers.additional_checksums = probe.make_with_checksum();
    }
    if (!options.conditional_complete) powers.conditional_complete = probe.complete_is_conditional();
    if (!options.conditional_delete) powers.conditional_delete = probe.delete_is_conditional();
  } catch (const Error&) {
    probe.try_to_remove();
    throw;
  }
  if (const s3::DeleteResult left = probe.remove(""); left.outcome == Outcome::refused) {
    // Losing a race means taking back a manifest: a run that may not delete in its own catalog can't keep the
    // protocol.
    throw Error(ErrorKind::access_denied,
                "the archive bucket must allow s3:DeleteObject under " + std::string(kCatalogPrefix),
                {.operation = "DeleteObjects", .resource = options.archive_bucket, .code = left.code});
  }
  return powers;
}

}  // namespace s3c::archive
