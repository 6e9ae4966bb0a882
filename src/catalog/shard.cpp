#include "catalog/shard.h"

#include <fmt/format.h>

#include "base/hash.h"

namespace s3c::catalog {

std::uint64_t shard_hash(std::string_view group_name) {
  const std::string digest = base::sha256(group_name);
  std::uint64_t hash = 0;
  for (const char byte : digest.substr(0, sizeof hash)) hash = hash << 8 | static_cast<unsigned char>(byte);
  return hash;
}

std::string Shard::text() const {
  return fmt::format("{}/{}", index, count);
}

}  // namespace s3c::catalog
