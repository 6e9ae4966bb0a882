// GetObject: what is asked, and what makes an answer the right one. Shared by the ways an object is read.
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

/// Throws Error: precondition_failed for a size that wasn't expected, transient if it is the same object
/// nevertheless.
void check_size(const GetObjectRequest& request, const http::Response& head, std::uint64_t size_bytes);
/// Throws Error: corrupt when the body doesn't begin where it should.
void check_offset(const http::Response& head, std::uint64_t wanted);
/// Throws Error: transient when bytes are missing.
void check_end(std::uint64_t received, std::uint64_t expected);

/// Receives the body of one try after the other into memory. One thread at a time.
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
