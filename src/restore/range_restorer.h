// Restores the members of one range: looks what is already at the target, fetches the rest with one GET,
// proves each member and writes it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/memory_budget.h"
#include "restore/choice_watch.h"
#include "restore/member_range.h"
#include "restore/restore_options.h"
#include "restore/restore_tally.h"

namespace s3c::restore {

/// Any thread: all of a crew's threads share one.
class RangeRestorer {
 public:
  /// Memory for the members of a range is leased from a budget of options.memory_bytes.
  RangeRestorer(const RestoreOptions& options, const RestorePlan& plan, const RestoreContext& context,
                RestoreTally& tally)
      : context_(context),
        bucket_(options.scope.archive_bucket),
        memory_(options.memory_bytes),
        choices_(options, plan, context),
        tally_(tally) {}

  /// Restores what can be restored, and reports each member to the tally. Blocks.
  void restore(const MemberRange& range);

 private:
  void fetch_and_write(const MemberRange& range);
  std::string fetch(const MemberRange& range);
  s3::GetObjectResult get(const s3::GetObjectRequest& request, const index::Manifest& manifest);
  std::string decode(const index::Manifest& manifest, const index::Row& row, std::string_view fetched);
  std::optional<Landing> restore_large(const MemberRange& range);
  RestoreTarget& target_of(const MemberRange& range) {
    return context_.target_of(range.manifest->source_bucket);
  }

  const RestoreContext& context_;
  const std::string bucket_;
  base::MemoryBudget memory_;
  ChoiceWatch choices_;
  RestoreTally& tally_;
};

}  // namespace s3c::restore
