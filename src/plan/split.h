// Deals groups out to tasks of about the same work. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plan/options.h"

namespace s3c::plan {

/// More tasks than the arrays of schedulers have. Their numbers fit into the four digits of a file's name.
inline constexpr std::uint32_t kMaxSplitTasks = 10'000;

/// An object takes a task as long as so many bytes do: on two cores a task does some 4,000 small objects per second
/// (docs/performance.md), or compresses some 130 MB of large ones.
inline constexpr std::uint64_t kObjectCostBytes = std::uint64_t{32} << 10;

/// A group that is dealt out.
struct SplitGroup {
  std::string prefix;       ///< of its keys
  std::uint64_t place = 0;  ///< catalog::Group::place
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;

  /// In bytes.
  std::uint64_t cost() const { return bytes + objects * kObjectCostBytes; }
};

/// For each task the places of its groups in groups, ascending. Each group is given to exactly one task. The most
/// expensive one comes first, always to the task that has the least so far, so that no task has more than the mean
/// and one group. The same groups are always dealt out alike, whatever their order. With more tasks than groups, the
/// last ones get nothing. REQUIRES: tasks is at least 1.
std::vector<std::vector<std::size_t>> deal_out(const std::vector<SplitGroup>& groups, std::uint32_t tasks);

/// Throws base::Error (invalid_argument) if manifests must not be written to s3://bucket/prefix: among the objects
/// that the run archives they would be archived, and in a catalog they would be in the way.
void validate_split_place(const PlanOptions& options, const std::string& bucket, const std::string& prefix);

}  // namespace s3c::plan
