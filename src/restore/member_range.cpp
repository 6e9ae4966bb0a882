#include "restore/member_range.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "restore/restore_target.h"

namespace s3c::restore {
namespace {

/// More bytes than this between two members cost more than another request.
constexpr std::uint64_t kMaxGapBytes = std::uint64_t{64} << 10;
/// A range of thousands of tiny members would keep one thread busy while the others wait.
constexpr std::size_t kMaxRangeMembers = 64;
constexpr std::size_t kFirstRangeMembers = 4;
constexpr std::uint64_t kManyMembers = 1000;

bool is_large_member(const index::Row& row) {
  return std::max(row.size_bytes, row.compressed_size_bytes) > kStreamedAboveBytes;
}

}  // namespace

bool MemberRange::is_large() const {
  return rows.size() == 1 && is_large_member(rows[0]);
}

RangeSplitter::RangeSplitter(std::uint64_t members)
    : most_members_(members < kManyMembers ? kMaxRangeMembers : kFirstRangeMembers) {}

/// Whether the row is fetched with the range. REQUIRES: the row lies behind the rows of the range.
bool RangeSplitter::belongs_to(const MemberRange& range, const index::Row& row) const {
  if (range.is_large() || is_large_member(row)) return false;
  return range.rows.size() < most_members_ && row.data_offset <= range.end_offset() + kMaxGapBytes &&
         row.data_offset + row.compressed_size_bytes - range.begin_offset() <= MemberRange::kMaxBytes;
}

void RangeSplitter::split(MemberBatch&& batch, const std::function<void(MemberRange&&)>& visit) {
  std::sort(batch.rows.begin(), batch.rows.end(),
            [](const index::Row& a, const index::Row& b) { return a.data_offset < b.data_offset; });
  MemberRange range{batch.manifest, {}};
  for (index::Row& row : batch.rows) {
    if (!range.rows.empty() && !belongs_to(range, row)) {
      visit(std::exchange(range, MemberRange{batch.manifest, {}}));
      most_members_ = std::min(2 * most_members_, kMaxRangeMembers);
    }
    range.rows.push_back(std::move(row));
  }
  if (!range.rows.empty()) visit(std::move(range));
}

}  // namespace s3c::restore
