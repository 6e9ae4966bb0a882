// Whether bytes are those of an object that a store already has. It uses the object's head alone and fetches
// nothing. One thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "s3/body_check.h"
#include "s3/types.h"

namespace s3c::catalog {

class ObjectCompare {
 public:
  /// head: of the object in the store. part_size_bytes: the part size of our own multipart uploads of such an
  /// object, at least 1. A multipart ETag can only be compared when its parts have this size.
  ObjectCompare(const s3::ObjectHead& head, std::uint64_t part_size_bytes);

  /// False: nothing in the head says anything about the bytes (SSE-KMS or another part size, and no
  /// checksum). Then is_equal() is false for any bytes.
  bool can_tell() const { return check_.has_evidence() || !parts_etag_.empty(); }

  void update(std::string_view bytes);
  /// True when the bytes are proven to be the object's. Call it once, after the last update().
  bool is_equal();

 private:
  void end_part();

  const std::uint64_t object_size_bytes_;
  const std::uint64_t part_size_bytes_;
  s3::BodyCheck check_;
  std::uint64_t size_bytes_ = 0;
  std::uint32_t crc32_ = 0;
  std::string parts_etag_;  // "…-N" of as many parts as ours would have; empty: it says nothing
  std::optional<base::Digest> part_;
  std::uint64_t in_part_bytes_ = 0;
  std::string part_md5s_;
};

}  // namespace s3c::catalog
