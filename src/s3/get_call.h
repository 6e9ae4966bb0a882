// GetObject: the request, and the checks that an answer must pass. All ways to read an object share it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "http/transport.h"
#include "s3/call_runner.h"
#include "s3/types.h"

namespace s3c::s3 {

Call get_call(const GetObjectRequest& request, const std::optional<ByteRange>& range,
              const std::string& if_match);

/// Compares the object's size with GetObjectRequest::expected_size_bytes, if set. Throws Error when they
/// differ: transient when the ETag says that it is the same object, else precondition_failed.
void check_size(const GetObjectRequest& request, const http::Response& head, std::uint64_t size_bytes);
/// Throws Error: corrupt when the body doesn't begin where it should.
void check_offset(const http::Response& head, std::uint64_t wanted);
/// Throws Error: transient when bytes are missing.
void check_end(std::uint64_t received, std::uint64_t expected);

/// Receives the body of each try into memory. One thread at a time.
class WholeBody {
 public:
  /// request and runner outlive it.
  WholeBody(const GetObjectRequest& request, CallRunner& runner) : request_(&request), runner_(&runner) {}

  /// Before each try.
  void clear() { result_.body.clear(); }
  void take(const http::Response& head, std::string_view bytes);
  /// Throws Error: transient for a body that ended early, precondition_failed for one of another size.
  void finish(const http::Response& answer);
  GetObjectResult result() { return std::move(result_); }

 private:
  void check_limit(std::uint64_t size_bytes) const;

  const GetObjectRequest* request_;
  CallRunner* runner_;
  GetObjectResult result_;
};

}  // namespace s3c::s3
