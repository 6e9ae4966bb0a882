// One of several tasks that share the groups of a bucket: each group belongs to exactly one of them, whatever the
// others do and in whatever order they run. docs/ordering.md, "Shards", has the rule and its reasons. Values, any
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace s3c::catalog {

/// More tasks than any scheduler's array has.
inline constexpr std::uint32_t kMaxShards = 1'000'000;

/// The number by which groups are dealt out: the first 8 bytes of the SHA-256 of the group's name, the most
/// significant first. It never changes, so that tasks of different versions of this program share a bucket.
std::uint64_t shard_hash(std::string_view group_name);

/// Task `index` of `count`. By default one task does everything.
struct Shard {
  std::uint32_t index = 0;  ///< from 0 to count - 1
  std::uint32_t count = 1;  ///< from 1 to kMaxShards

  bool is_whole() const { return count == 1; }
  /// The one task that reports what belongs to no group, so that it is reported once.
  bool is_first() const { return index == 0; }
  /// Whether the group is this task's. group_name: the stem of its archives, such as "source-bucket/20180401".
  bool owns(std::string_view group_name) const {
    return is_whole() || shard_hash(group_name) % count == index;
  }
  /// "3/8".
  std::string text() const;

  friend bool operator==(const Shard&, const Shard&) = default;
};

}  // namespace s3c::catalog
