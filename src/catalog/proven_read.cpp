#include "catalog/proven_read.h"

#include <fmt/format.h>

#include <optional>

#include "base/encoding.h"
#include "base/hash.h"
#include "s3/body_check.h"

namespace s3c::catalog {

using base::Error;
using base::ErrorKind;

namespace {

constexpr int kMostReads = 3;
constexpr int kRangeNotSatisfiable = 416;

bool ends_before_range(const Error& error) {
  return error.context().code == "InvalidRange" || error.context().http_status == kRangeNotSatisfiable;
}

}  // namespace

void WrongReads::add(const Error& why, const std::string& bytes) {
  if (why.kind() != ErrorKind::corrupt && why.kind() != ErrorKind::unsupported) throw why;
  if (!bytes.empty() && bytes == bytes_before_) {
    throw Error(why.kind() == ErrorKind::corrupt ? ErrorKind::damaged : why.kind(), why.message(), of_);
  }
  if (++reads_ == kMostReads) {
    const std::string doubt =
        bytes.empty()
            ? ""
            : fmt::format("; {} reads brought different bytes, so it is damaged on its way", kMostReads);
    throw Error(ErrorKind::corrupt, why.message() + doubt, of_);
  }
  bytes_before_ = bytes;
}

s3::GetObjectResult get_proven(s3::ObjectStore& store, const s3::GetObjectRequest& request,
                               const std::string& operation,
                               const std::function<void(const s3::GetObjectResult&)>& prove) {
  WrongReads wrong({.operation = operation, .resource = request.bucket + "/" + base::printable(request.key)});
  for (;;) {
    std::optional<s3::GetObjectResult> got;
    try {
      got = store.get_object(request);
      if (!request.range) {
        if (const auto complaint = s3::complaint_of(*got))
          throw Error(ErrorKind::corrupt, "its bytes are damaged: " + *complaint);
      }
      prove(*got);
      return *std::move(got);
    } catch (const Error& error) {
      if (got) {
        wrong.add(error, base::sha256(got->body));
      } else if (ends_before_range(error)) {
        wrong.add(Error(ErrorKind::corrupt, "it is cut off: it ends before the bytes that were asked for"),
                  "ends before them");
      } else if (error.kind() == ErrorKind::corrupt) {
        // An object that is too long is wrong itself. Of a range, the server may have sent more than it was asked for.
        const bool too_long = error.context().code == s3::kBodyTooLong && !request.range;
        wrong.add(error, too_long ? error.message() : "");
      } else {
        throw;
      }
    }
  }
}

}  // namespace s3c::catalog
