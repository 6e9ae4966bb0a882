// Checks whether the received bytes are the object's. Compares them with the ETag where that is an MD5, and
// with every full-object checksum that the store told. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "s3/types.h"

namespace s3c::s3 {

class ObjectStore;

class BodyCheck {
 public:
  /// head: of the answer that has the body, or of a HEAD with the same ETag. md5: of the bytes that update()
  /// will get, 16 raw bytes, where somebody else has computed it.
  explicit BodyCheck(const ObjectHead& head, std::string_view md5 = {});

  void update(std::string_view bytes);
  /// crc32: of all bytes given to update(). The caller has it already, because the ZIP member needs it. Any
  /// value if nobody wants it. Returns nullopt when everything agrees, else what doesn't: "MD5 9e10… is not the
  /// ETag 5d41…". Call once, last. An object passes on its length alone if its ETag is no MD5 (multipart,
  /// SSE-KMS, SSE-C) and it has no full-object checksum: S3 offers nothing else to compare.
  std::optional<std::string> complaint(std::uint32_t crc32);
  bool wants_crc32() const;
  /// Whether the head has anything besides the length to compare with.
  bool has_evidence() const { return !etag_md5_.empty() || !expected_.empty(); }

 private:
  struct Expected {
    Checksum checksum;
    std::optional<base::Digest> digest;  ///< SHA1, SHA256
    std::uint64_t crc = 0;               ///< CRC32C, CRC64NVME
  };

  std::string etag_md5_;  ///< hex; empty: the ETag is no MD5
  std::optional<base::Digest> md5_;
  std::string known_md5_;  ///< raw; empty: md5_ computes it
  std::vector<Expected> expected_;
};

/// BodyCheck's complaint of a whole body. md5: of that body, 16 raw bytes, if the caller has it from md5s_of().
std::optional<std::string> complaint_of(const GetObjectResult& got, std::string_view md5 = {});
/// The MD5 of each body whose ETag is one; empty for any other. For bodies that came together: each costs a
/// quarter of what it costs alone (base/md5_lanes.h).
std::vector<std::string> md5s_of(std::span<const GetObjectResult> bodies);

/// Gets an object whose bytes are not damaged: complaint_of(answer) is nullopt. Reads it three times at most.
/// Reading again heals damage in transit, but not damage at rest. damaged: how many of these reads have
/// happened already. Throws Error: corrupt with the last complaint; and what get_object() and complaint_of
/// throw.
GetObjectResult get_undamaged(
    ObjectStore& store, GetObjectRequest request,
    const std::function<std::optional<std::string>(const GetObjectResult&)>& complaint_of, int damaged = 0);

}  // namespace s3c::s3
