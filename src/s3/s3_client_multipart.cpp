// S3Client: multipart uploads.
#include <fmt/format.h>

#include <functional>
#include <utility>

#include "aws/access_point.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"
#include "s3/answer_headers.h"
#include "s3/attribute_headers.h"
#include "s3/request_headers.h"
#include "s3/s3_client.h"
#include "s3/xml.h"

namespace s3c::s3 {
namespace {

using base::Error;
using base::ErrorKind;

std::string crc32_base64(std::uint32_t crc) {
  return base::to_base64(base::crc32_bytes(crc));
}

/// Where a copy is read from. Through an access point the path has another form. Source: Amazon S3 API
/// Reference, UploadPartCopy, x-amz-copy-source.
std::string copy_source(const std::string& bucket, const std::string& key) {
  const auto point = aws::parse_access_point(bucket);
  if (!point) return "/" + bucket + "/" + base::percent_encode(key, true);
  const std::string arn = fmt::format("arn:{}:s3:{}:{}:accesspoint/{}", point->partition, point->region,
                                      point->account, point->name);
  return base::percent_encode(arn + "/object/" + key, true);
}

/// Makes a call that names an upload and nothing else that could be missing. Whatever code a 404 carries, it
/// means that the upload is gone: Ceph RGW 16 answers NoSuchKey when an abort arrives while it completes, and
/// some proxies answer without a code.
void run_on_upload(CallRunner& runner, Call& call, const std::function<void(http::Response&)>& accept) {
  try {
    runner.run(call, accept);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
    throw Error(ErrorKind::no_upload, "there is no such upload: it was completed or aborted",
                error.context());
  }
}

}  // namespace

std::string S3Client::create_multipart_upload(const CreateMultipartUploadRequest& request) {
  Call call{.operation = Operation::create_multipart_upload,
            .method = "POST",
            .bucket = request.bucket,
            .key = request.key};
  call.query = {{"uploads", ""}};
  add_attribute_headers(request.attributes, call);
  add_encryption_headers(encryption_.algorithm.empty() ? request.encryption : encryption_, call);
  if (request.full_object_crc32) {
    call.headers.add("x-amz-checksum-algorithm", "CRC32");
    call.headers.add("x-amz-checksum-type", "FULL_OBJECT");
  }
  add_acl_header(acl_, call);
  std::string upload_id;
  try {
    runner_.run(call, [&upload_id](http::Response& answer) {
      upload_id = parse_create_multipart_upload(answer.body);
    });
  } catch (const Error& error) {
    throw explain_refused_lock(request.attributes.lock, error);
  }
  return upload_id;
}

UploadedPart S3Client::upload_part(const UploadPartRequest& request) {
  Call call{
      .operation = Operation::upload_part, .method = "PUT", .bucket = request.bucket, .key = request.key};
  call.query = {{"partNumber", std::to_string(request.part_number)}, {"uploadId", request.upload_id}};
  call.body = request.body;
  call.headers.add("Content-MD5", base::to_base64(request.md5));
  if (request.crc32) call.headers.add("x-amz-checksum-crc32", crc32_base64(*request.crc32));
  UploadedPart part{.part_number = request.part_number, .etag = "", .crc32 = request.crc32};
  const std::string md5_hex = base::to_hex(request.md5);
  run_on_upload(runner_, call, [&](http::Response& answer) {
    part.etag = etag_of(answer);
    if (part.etag.empty()) throw Error(ErrorKind::corrupt, "the answer has no ETag");
    if (etag_contradicts(answer, md5_hex))
      throw Error(ErrorKind::corrupt, "the part's ETag is not the MD5 of what was sent");
    const auto echoed = answer.headers.find("x-amz-checksum-crc32");
    if (request.crc32 && echoed && *echoed != crc32_base64(*request.crc32)) {
      throw Error(ErrorKind::corrupt, "the part's CRC-32 is not that of what was sent");
    }
  });
  return part;
}

UploadedPart S3Client::upload_part_copy(const UploadPartCopyRequest& request) {
  Call call{.operation = Operation::upload_part_copy,
            .method = "PUT",
            .bucket = request.bucket,
            .key = request.key};
  call.query = {{"partNumber", std::to_string(request.part_number)}, {"uploadId", request.upload_id}};
  call.headers.add("x-amz-copy-source", copy_source(request.bucket, request.source_key));
  if (!expected_owner_.empty()) call.headers.add("x-amz-source-expected-bucket-owner", expected_owner_);
  call.headers.add("x-amz-copy-source-if-match", quoted(request.source_etag));
  if (request.range) call.headers.add("x-amz-copy-source-range", range_header(*request.range));
  UploadedPart part{.part_number = request.part_number};
  runner_.run(call, [&part](http::Response& answer) {
    CopiedPart copied = parse_copy_part(answer.body);
    part.etag = std::move(copied.etag);
    part.crc32 = copied.crc32;
  });
  return part;
}

std::string S3Client::complete_multipart_upload(const CompleteMultipartUploadRequest& request) {
  const std::string body = write_complete_multipart_upload(request.parts);
  Call call{.operation = Operation::complete_multipart_upload,
            .method = "POST",
            .bucket = request.bucket,
            .key = request.key};
  call.query = {{"uploadId", request.upload_id}};
  call.body = body;
  call.headers.add("Content-Type", "application/xml");
  if (request.if_none_match) call.headers.add("If-None-Match", "*");
  if (!request.if_match.empty()) call.headers.add("If-Match", quoted(request.if_match));
  if (request.full_object_crc32) {
    call.headers.add("x-amz-checksum-crc32", crc32_base64(*request.full_object_crc32));
    call.headers.add("x-amz-checksum-type", "FULL_OBJECT");
  }
  if (request.object_size_bytes)
    call.optional_header = {OptionalHeader::object_size, std::to_string(*request.object_size_bytes)};
  // When the upload is gone, Ceph RGW answers InternalError to every try. S3 may do so when the answer to an
  // earlier try was lost. One question to the store saves half a minute of tries that can't succeed.
  call.before_try = [this, &request](Call& next) {
    if (next.last_code != "InternalError") return;
    if (!upload_exists(request.bucket, request.key, request.upload_id)) {
      throw Error(ErrorKind::no_upload, "there is no such upload: it was completed or aborted",
                  {.code = "NoSuchUpload"});
    }
  };
  std::string etag;
  const auto accept = [&etag](http::Response& answer) {
    etag = parse_complete_multipart_upload(answer.body);
  };
  // With If-Match the object itself may be what is missing.
  if (request.if_match.empty()) {
    run_on_upload(runner_, call, accept);
  } else {
    runner_.run(call, accept);
  }
  return etag;
}

bool S3Client::upload_exists(const std::string& bucket, const std::string& key,
                             const std::string& upload_id) {
  Call call{.operation = Operation::list_parts, .method = "GET", .bucket = bucket, .key = key};
  call.query = {{"uploadId", upload_id}, {"max-parts", "1"}};
  try {
    run_on_upload(runner_, call, [](http::Response&) {});
  } catch (const Error& error) {
    return error.kind() != ErrorKind::no_upload;
  }
  return true;
}

void S3Client::abort_multipart_upload(const std::string& bucket, const std::string& key,
                                      const std::string& upload_id) {
  // Without an upload id this request would delete the object itself.
  if (upload_id.empty()) throw Error(ErrorKind::invalid_argument, "an upload id can't be empty");
  Call call{.operation = Operation::abort_multipart_upload, .method = "DELETE", .bucket = bucket, .key = key};
  call.query = {{"uploadId", upload_id}};
  try {
    run_on_upload(runner_, call, [](http::Response&) {});
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::no_upload) throw;
  }
}

}  // namespace s3c::s3
