// Members of one volume that one GET fetches.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "index/manifest.h"
#include "index/row.h"

namespace s3c::restore {

/// Neighbours in one volume, or one large member. Offsets are in the archive, in bytes.
struct MemberRange {
  /// Members within one stretch of this size are fetched by one GET, with the bytes between them.
  static constexpr std::uint64_t kMaxBytes = std::uint64_t{8} << 20;

  std::shared_ptr<const index::Manifest> manifest;
  std::vector<index::Row> rows;  ///< by offset; at least one

  std::uint64_t begin_offset() const { return rows.front().data_offset; }
  std::uint64_t end_offset() const { return rows.back().data_offset + rows.back().compressed_size_bytes; }
  std::uint64_t size_bytes() const { return end_offset() - begin_offset(); }
  /// One member that is streamed instead of held in memory.
  bool is_large() const;
};

/// Rows of one volume.
struct MemberBatch {
  std::shared_ptr<const index::Manifest> manifest;
  std::vector<index::Row> rows;
};

/// Makes ranges of batches. One thread.
class RangeSplitter {
 public:
  /// members: the number of members of all batches. Of many, the first ranges are short: then the first members are
  /// soon written, and the target learns from them what it need not ask for the others.
  explicit RangeSplitter(std::uint64_t members);

  /// Calls visit with ranges that together hold all rows of the batch, in the order of their offsets.
  void split(MemberBatch&& batch, const std::function<void(MemberRange&&)>& visit);

 private:
  bool belongs_to(const MemberRange& range, const index::Row& row) const;

  std::size_t most_members_;  ///< of the next range
};

}  // namespace s3c::restore
