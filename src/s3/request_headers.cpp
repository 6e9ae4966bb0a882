#include "s3/request_headers.h"

#include <fmt/format.h>

#include "base/error.h"

namespace s3c::s3 {

std::string quoted(const std::string& etag) {
  return "\"" + etag + "\"";
}

std::string range_header(const ByteRange& range) {
  if (range.size_bytes == 0) throw base::Error(base::ErrorKind::invalid_argument, "a range can't be empty");
  return fmt::format("bytes={}-{}", range.offset, range.offset + range.size_bytes - 1);
}

}  // namespace s3c::s3
