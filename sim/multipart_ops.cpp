// Multipart uploads up to their completion: create, upload and copy parts, abort. The rest: complete_ops.cpp,
// multipart_listing_ops.cpp.
#include <fmt/format.h>

#include "base/encoding.h"
#include "base/ulid.h"
#include "sim/call.h"
#include "sim/digest_headers.h"
#include "sim/multipart.h"
#include "sim/object_access.h"
#include "sim/object_headers.h"
#include "sim/object_lock.h"
#include "sim/xml.h"

namespace s3c::sim {
namespace {

constexpr int kMaxPartNumber = 10'000;

/// Which checksum the upload's parts carry. Source: S3 User Guide, the table of algorithms and types.
void choose_checksum(const Call& call, Upload& upload) {
  if (!call.options.powers.checksums) return;
  const std::string* algorithm = call.find_header("x-amz-checksum-algorithm");
  const std::string* type = call.find_header("x-amz-checksum-type");
  if (algorithm == nullptr) {
    if (type != nullptr) {
      throw S3Error(
          S3Code::InvalidRequest,
          "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
    }
    return;
  }
  const std::optional<ChecksumAlgorithm> known = parse_checksum_algorithm(*algorithm);
  if (!known)
    throw S3Error(S3Code::InvalidRequest, "Checksum algorithm provided is unsupported: " + *algorithm);
  upload.algorithm = *known;
  upload.algorithm_was_asked = true;
  upload.checksum_type =
      *known == ChecksumAlgorithm::crc64nvme ? ChecksumType::full_object : ChecksumType::composite;
  if (type == nullptr) return;
  const bool full = *type == "FULL_OBJECT";
  if (!full && *type != "COMPOSITE")
    throw S3Error(S3Code::InvalidRequest, "Value for x-amz-checksum-type is invalid");
  const bool possible = full ? combines(*known) : *known != ChecksumAlgorithm::crc64nvme;
  if (!possible) {
    throw S3Error(S3Code::InvalidRequest,
                  fmt::format("The {} checksum type cannot be used with the {} checksum algorithm.", *type,
                              name(*known)));
  }
  upload.checksum_type = full ? ChecksumType::full_object : ChecksumType::composite;
}

int part_number(const Call& call) {
  const std::optional<int> number = call.query.get_number("partNumber", kMaxPartNumber);
  if (!number || *number < 1) {
    throw S3Error(S3Code::InvalidArgument, "Part number must be an integer between 1 and 10000, inclusive")
        .with("ArgumentName", "partNumber");
  }
  return *number;
}

}  // namespace

Upload& require_upload(const Call& call) {
  const std::string id(call.query.get("uploadId"));
  Upload* upload = call.bucket().upload(call.key(), id);
  const bool is_late = call.route.operation == Operation::complete_multipart_upload;
  if (upload == nullptr || (upload->is_aborted && !is_late))
    throw S3Error(S3Code::NoSuchUpload).with("UploadId", id);
  return *upload;
}

Response create_multipart_upload(const Call& call) {
  Upload upload;
  upload.key = call.key();
  upload.id = base::make_ulid(call.now);
  upload.initiated = call.now;
  upload.attributes = read_attributes(call);
  if (!call.options.powers.upload_tags) upload.attributes.tags.clear();
  choose_checksum(call, upload);
  const Upload& started = call.bucket().add_upload(std::move(upload));

  XmlWriter xml("InitiateMultipartUploadResult");
  xml.element("Bucket", call.route.bucket);
  xml.element("Key", call.key());
  xml.element("UploadId", started.id);
  Response response = xml_response(xml.finish());
  if (started.algorithm_was_asked) {
    response.headers.add("x-amz-checksum-algorithm", std::string(name(started.algorithm)));
    response.headers.add("x-amz-checksum-type", std::string(name(started.checksum_type)));
  }
  return response;
}

Response upload_part(const Call& call) {
  const int number = part_number(call);
  Upload& upload = require_upload(call);
  require_digest_for_lock(call, upload.attributes.lock);
  const std::string md5 = md5_of(call.request.body);
  const std::optional<BodyChecksum> checksum = check_digests(call, md5, upload.algorithm);

  Part part;
  part.body = call.request.body;
  part.etag = base::to_hex(md5);
  part.last_modified = call.now;
  Response response;
  response.headers.add("ETag", '"' + part.etag + '"');
  if (checksum) {
    part.checksum_raw = checksum->raw;
    response.headers.add(std::string(header_name(checksum->algorithm)), base::to_base64(checksum->raw));
  }
  upload.parts.insert_or_assign(number, std::move(part));
  return response;
}

Response upload_part_copy(const Call& call) {
  const int number = part_number(call);
  Upload& upload = require_upload(call);
  const PartCopyManner manner = call.options.part_copy;
  if (manner == PartCopyManner::refuses_checksum && upload.algorithm_was_asked)
    throw S3Error(S3Code::InvalidRequest, "UploadPartCopy is not supported with a checksum algorithm.");
  const CopySource source = require_copy_source(call);

  Part part;
  part.body = source.object->body;
  if (const std::string* header = call.find_header("x-amz-copy-source-range")) {
    const ByteRange range = parse_copy_source_range(*header, part.body.size_bytes());
    part.body = source.object->body.range(range.first_offset, range.size_bytes);
  }
  require_copyable_size(part.body.size_bytes());
  part.etag = base::to_hex(md5_of(part.body));
  part.last_modified = call.now;
  part.must_be_told = manner == PartCopyManner::wants_checksum;
  XmlWriter xml(manner == PartCopyManner::object_result ? "CopyObjectResult" : "CopyPartResult");
  xml.element("LastModified", base::format_iso8601(part.last_modified));
  xml.element("ETag", '"' + part.etag + '"');
  if (call.options.powers.checksums) {
    part.checksum_raw = compute_checksum(upload.algorithm, part.body);
    xml.element(element_name(upload.algorithm), base::to_base64(part.checksum_raw));
  }
  upload.parts.insert_or_assign(number, std::move(part));
  Response response = xml_response(xml.finish());
  if (source.bucket->versioning() != Versioning::never) {
    response.headers.add("x-amz-copy-source-version-id", source.object->version_id);
  }
  return response;
}

Response abort_multipart_upload(const Call& call) {
  const AbortOfCompleted mode = call.options.abort_of_completed;
  // Ids that never existed are acknowledged as well: the simulator doesn't remember completed uploads.
  if (mode == AbortOfCompleted::refused) require_upload(call);
  const std::string id(call.query.get("uploadId"));
  Upload* const upload = call.bucket().upload(call.key(), id);
  if (mode == AbortOfCompleted::overtaken && upload != nullptr) {
    upload->is_aborted = true;
  } else {
    call.bucket().remove_upload(call.key(), id);
  }
  if (mode == AbortOfCompleted::removes_object && call.bucket().current(call.key()) != nullptr)
    call.bucket().remove(call.key(), call.now);
  Response response;
  response.status = 204;
  return response;
}

}  // namespace s3c::sim
