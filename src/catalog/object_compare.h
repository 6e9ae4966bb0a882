// Whether bytes are those of an object that a store already has, told from the object's head alone: nothing
// is fetched. One thread at a time.
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
  /// head: of the object that is there. part_size_bytes: of our own multipart uploads of such an object, at
  /// least 1; an ETag that was made with it can be compared, one of another part size can't.
  ObjectCompare(const s3::ObjectHead& head, std::uint64_t part_size_bytes);

  /// False: nothing in the head speaks of the bytes (SSE-KMS or another part size, and no checksum), so
  /// is_equal() will be false whatever they are.
  bool can_tell() const { return check_.has_evidence() || !parts_etag_.empty(); }

  void update(std::string_view bytes);
  /// True when the bytes are proven to be the object's. Call once, last.
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
