#include "s3/get_call.h"

#include <fmt/format.h>

#include "base/error.h"
#include "s3/answer_headers.h"
#include "s3/request_headers.h"

namespace s3c::s3 {

using base::Error;
using base::ErrorKind;

Call get_call(const GetObjectRequest& request, const std::optional<ByteRange>& range,
              const std::string& if_match) {
  Call call{
      .operation = Operation::get_object, .method = "GET", .bucket = request.bucket, .key = request.key};
  if (!request.version_id.empty()) call.query.emplace_back("versionId", request.version_id);
  call.headers.reserve(2, 128);
  if (!if_match.empty()) call.headers.add("If-Match", quoted(if_match));
  if (range) {
    call.headers.add("Range", range_header(*range));
  }
  // The stored checksum is of the whole object, so it says nothing about a piece.
  if (!range) call.optional_header = {OptionalHeader::checksum_mode, "ENABLED"};
  return call;
}

/// Another size means another object, unless the ETag is the same. Then bytes are missing, and the next try
/// may bring them; or the caller was wrong about the size, if it isn't sure.
void check_size(const GetObjectRequest& request, const http::Response& head, std::uint64_t size_bytes) {
  if (!request.expected_size_bytes || *request.expected_size_bytes == size_bytes) return;
  const bool same =
      !request.size_may_be_wrong && !request.if_match.empty() && etag_of(head) == request.if_match;
  throw Error(
      same ? ErrorKind::transient : ErrorKind::precondition_failed,
      fmt::format("the body has {} bytes, not the expected {}", size_bytes, *request.expected_size_bytes));
}

/// A store may ignore Range and send everything, or send another piece. Those bytes must not be taken for the
/// wanted ones.
void check_offset(const http::Response& head, std::uint64_t wanted) {
  const std::uint64_t offset = body_offset(head);
  if (offset != wanted) {
    throw Error(ErrorKind::corrupt,
                fmt::format("asked for bytes from {} on but got them from {} on", wanted, offset));
  }
}

void check_end(std::uint64_t received, std::uint64_t expected) {
  if (received != expected) {
    throw Error(ErrorKind::transient, fmt::format("the body ended after {} of {} bytes", received, expected));
  }
}

/// Limits the memory that one answer takes, as an object can be much larger than its reader expects.
void WholeBody::check_limit(std::uint64_t size_bytes) const {
  std::uint64_t limit = request_->max_size_bytes;
  if (request_->range) limit = request_->range->size_bytes;
  if (request_->expected_size_bytes) limit = *request_->expected_size_bytes;
  if (size_bytes > limit)
    throw Error(ErrorKind::corrupt,
                fmt::format("the body has more than the {} bytes that it may have", limit),
                {.code = std::string(kBodyTooLong)});
}

void WholeBody::take(const http::Response& head, std::string_view bytes) {
  if (result_.body.empty()) {  // checked before the first byte is kept
    check_size(*request_, head, body_size_bytes(head));
    check_offset(head, request_->range ? request_->range->offset : 0);
    check_limit(body_size_bytes(head));
    if (request_->expected_size_bytes) result_.body.reserve(*request_->expected_size_bytes);
  }
  check_limit(result_.body.size() + bytes.size());
  result_.body.append(bytes);
  runner_->stats().count_received(bytes.size());
}

void WholeBody::finish(const http::Response& answer) {
  check_end(result_.body.size(), body_size_bytes(answer));
  check_size(*request_, answer, result_.body.size());
  result_.head = parse_object_head(answer, runner_->store_now());
}

}  // namespace s3c::s3
