// How large an archive becomes: from real members that were compressed, or from a stated ratio. Values.
#pragma once

#include <cstdint>

#include "s3/object_store.h"

namespace s3c::plan {

/// Where no member was read: the compressed bytes of a member for each of its bytes. Text compresses better,
/// what is compressed already not at all.
inline constexpr double kAssumedRatio = 0.5;

struct SizeModel {
  double ratio = kAssumedRatio;  ///< compressed bytes for each byte
  std::uint64_t sampled = 0;     ///< members that were read for that; 0: the ratio is assumed
  std::uint64_t sampled_bytes = 0;
  std::uint64_t sampled_compressed_bytes = 0;
  std::uint64_t sampled_tagged = 0;  ///< of the members that were read: those that have tags

  /// The size of an archive: members, headers, index and central directory.
  std::uint64_t archive_bytes(std::uint64_t members, std::uint64_t bytes, std::uint64_t key_bytes) const;
  /// The size of its records: index, manifest and commit mark. They are stored in STANDARD.
  static std::uint64_t index_bytes(std::uint64_t members);
  static std::uint64_t manifest_bytes(std::uint64_t members);
  static constexpr std::uint64_t kMarkBytes = 80;
};

}  // namespace s3c::plan
