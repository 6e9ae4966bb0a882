#include "index/row.h"

#include "base/encoding.h"

namespace s3c::index {

std::optional<std::string> md5_of(const Row& row) {
  constexpr std::size_t kMd5Digits = 32;
  if (!row.encryption.empty() || row.etag.size() != kMd5Digits) return std::nullopt;  // parts: "…-N"
  return base::from_hex(row.etag);
}

}  // namespace s3c::index
