// S3Client: reads, HEADs, restores or writes one object.
#include <fmt/format.h>

#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "s3/answer_headers.h"
#include "s3/attribute_headers.h"
#include "s3/delete_marker.h"
#include "s3/error_mapping.h"
#include "s3/get_call.h"
#include "s3/request_headers.h"
#include "s3/s3_client.h"
#include "s3/xml.h"

namespace s3c::s3 {
namespace {

using base::Error;
using base::ErrorKind;

/// Ends a read when the connection broke after the last byte: HTTP can't ask for an empty range.
struct NothingLeft {};

/// A body that is passed on while it arrives, over as many tries as it takes. A body breaks in two ways: the
/// connection is reset (the transport throws), or the body ends early but cleanly (check_end). In both cases
/// the next try asks for the rest of the same object.
class StreamedBody {
 public:
  StreamedBody(const GetObjectRequest& request, const CallRunner& runner)
      : request_(request), runner_(runner), start_(request.range ? request.range->offset : 0) {}

  /// Makes a call that follows a broken one ask for the rest.
  void ask_for_rest(Call& next) const {
    if (received_bytes_ == 0) return;
    if (received_bytes_ == total_bytes_) throw NothingLeft{};
    const ByteRange rest{start_ + received_bytes_, total_bytes_ - received_bytes_};
    Call call = get_call(request_, rest, first_head_->etag);
    next.headers = std::move(call.headers);
    next.optional_header = std::move(call.optional_header);
  }

  /// The first bytes of a try are about to arrive.
  void begin_try(const http::Response& head) {
    check_offset(head, start_ + received_bytes_);
    if (!first_head_) {
      keep_head(head);
    } else if (etag_of(head) != first_head_->etag) {  // the store ignored If-Match
      throw Error(ErrorKind::precondition_failed, "the object changed while it was read");
    }
  }

  void count(std::size_t size_bytes) {
    if (size_bytes > total_bytes_ - received_bytes_) {
      throw Error(ErrorKind::corrupt, "the body is longer than its Content-Length");
    }
    received_bytes_ += size_bytes;
  }

  void finish(const http::Response& answer) {
    if (!first_head_) keep_head(answer);  // an empty body: no bytes arrived
    check_end(received_bytes_, total_bytes_);
  }

  ObjectHead take_head() { return *std::move(first_head_); }

 private:
  void keep_head(const http::Response& answer) {
    total_bytes_ = body_size_bytes(answer);
    check_size(request_, answer, total_bytes_);
    first_head_ = parse_object_head(answer, runner_.store_now());
  }

  const GetObjectRequest& request_;
  const CallRunner& runner_;
  const std::uint64_t start_;
  std::optional<ObjectHead> first_head_;
  std::uint64_t total_bytes_ = 0;  // the wanted bytes, known after the first answer
  std::uint64_t received_bytes_ = 0;
};

}  // namespace

void S3Client::head_bucket(const std::string& bucket) {
  Call call{.operation = Operation::head_bucket, .method = "HEAD", .bucket = bucket};
  runner_.run(call, [](http::Response&) {});
}

GetObjectResult S3Client::get_object(const GetObjectRequest& request) {
  WholeBody body(request, runner_);
  Call call = get_call(request, request.range, request.if_match);
  call.before_try = [&body](Call&) { body.clear(); };
  call.sink = [&body](const http::Response& head, std::string_view bytes) { body.take(head, bytes); };
  runner_.run(
      call, [&body](http::Response& answer) { body.finish(answer); }, request.failed_try);
  return body.result();
}

ObjectHead S3Client::read_object(const GetObjectRequest& request, const BodySink& sink) {
  StreamedBody body(request, runner_);
  Call call = get_call(request, request.range, request.if_match);
  // The caller of this read may hold the open archive, while the holders of all places wait to write to it.
  // If this read waited for a place, there would be a deadlock.
  call.beyond_limit = true;
  call.before_try = [&body](Call& next) { body.ask_for_rest(next); };
  call.sink = [&](const http::Response& head, std::string_view bytes) {
    if (!call.made_progress) body.begin_try(head);
    body.count(bytes.size());
    call.made_progress = true;
    runner_.stats().count_received(bytes.size());
    try {
      sink(bytes);
    } catch (...) {
      call.receiver_failed = true;
      throw;
    }
  };
  try {
    runner_.run(call, [&body](http::Response& answer) { body.finish(answer); });
  } catch (const NothingLeft&) {
  }
  return body.take_head();
}

std::optional<ObjectHead> S3Client::head_object(const std::string& bucket, const std::string& key) {
  Call call{.operation = Operation::head_object, .method = "HEAD", .bucket = bucket, .key = key};
  call.optional_header = {OptionalHeader::checksum_mode, "ENABLED"};
  std::optional<ObjectHead> head;
  try {
    runner_.run(call, [&](http::Response& answer) { head = parse_object_head(answer, runner_.store_now()); });
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
  }
  return head;
}

std::map<std::string, std::string> S3Client::get_object_tagging(const std::string& bucket,
                                                                const std::string& key,
                                                                const std::string& version_id) {
  Call call{.operation = Operation::get_object_tagging, .method = "GET", .bucket = bucket, .key = key};
  call.query.emplace_back("tagging", "");
  if (!version_id.empty()) call.query.emplace_back("versionId", version_id);
  std::map<std::string, std::string> tags;
  try {
    runner_.run(call, [&tags](http::Response& answer) { tags = parse_tagging(answer.body); });
  } catch (const Error& error) {
    // Some stores answer with this error where S3 sends an empty set.
    if (!error.context().code.starts_with("NoSuchTagSet")) throw;
  }
  return tags;
}

RestoreOutcome S3Client::restore_object(const RestoreObjectRequest& request) {
  if (request.days && *request.days < 1) {
    throw Error(ErrorKind::invalid_argument, "a thawed copy must stay for a day at least",
                {.operation = std::string(to_string(Operation::restore_object)),
                 .resource = base::printable(request.bucket + "/" + request.key)});
  }
  const std::string body = write_restore_object(request);
  Call call{
      .operation = Operation::restore_object, .method = "POST", .bucket = request.bucket, .key = request.key};
  call.query.emplace_back("restore", "");
  if (!request.version_id.empty()) call.query.emplace_back("versionId", request.version_id);
  call.body = body;
  call.headers.add("Content-Type", "application/xml");
  call.headers.add("Content-MD5", base::to_base64(base::md5(body)));
  RestoreOutcome outcome = RestoreOutcome::started;
  try {
    runner_.run(call, [&outcome](http::Response& answer) {
      if (answer.status == 200) outcome = RestoreOutcome::extended;
    });
  } catch (const Error& error) {
    // Also the answer to the second try if the answer to the first was lost.
    if (error.context().code != "RestoreAlreadyInProgress") throw;
    outcome = RestoreOutcome::in_progress;
  }
  return outcome;
}

std::string S3Client::put_object(const PutObjectRequest& request, std::string_view body) {
  try {
    return put_object_once(request, body);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::precondition_failed || !request.if_none_match) throw;
    if (is_conflict(error)) throw;  // another writer is at work: not the marker's doing
    if (!is_hidden_by_marker(*this, request.bucket, request.key)) throw;
    runner_.log().warn("the store refuses If-None-Match over a delete marker: {} is written without it",
                       base::printable(request.bucket + "/" + request.key));
  }
  // What another process puts there meanwhile becomes an older version: only buckets that keep versions have
  // delete markers.
  PutObjectRequest unconditional = request;
  unconditional.if_none_match = false;
  return put_object_once(unconditional, body);
}

std::string S3Client::put_object_once(const PutObjectRequest& request, std::string_view body) {
  const std::string md5 = base::md5(body);
  Call call{
      .operation = Operation::put_object, .method = "PUT", .bucket = request.bucket, .key = request.key};
  call.body = body;
  call.headers.add("Content-MD5", base::to_base64(md5));
  add_attribute_headers(request.attributes, call);
  add_encryption_headers(encryption_, call);
  add_acl_header(acl_, call);
  if (request.if_none_match) call.headers.add("If-None-Match", "*");
  if (request.checksum)
    call.headers.add("x-amz-checksum-" + base::lower(request.checksum->algorithm), request.checksum->value);

  int tries = 0;
  call.before_try = [&tries](Call&) { ++tries; };
  const std::string md5_hex = base::to_hex(md5);
  std::string etag;
  try {
    runner_.run(call, [&](http::Response& answer) {
      if (etag_contradicts(answer, md5_hex))
        throw Error(ErrorKind::corrupt, "the store's ETag is not the MD5 of what was sent");
      etag = etag_of(answer);
      if (etag.empty()) throw Error(ErrorKind::corrupt, "the answer has no ETag");
    });
  } catch (const Error& error) {
    // The object may be our own: an earlier try wrote it, its answer was lost, and this try found the key
    // taken.
    if (error.kind() != ErrorKind::precondition_failed || tries < 2) throw;
    const auto head = head_object(request.bucket, request.key);
    if (!head || head->etag != md5_hex || head->size_bytes != body.size()) throw;
    return head->etag;
  }
  return etag;
}

}  // namespace s3c::s3
