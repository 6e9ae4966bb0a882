// The progress of an archive run as text. Uses no clock and no terminal. One thread at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "archive/progress.h"
#include "cli/output/progress_view.h"
#include "cli/output/speed.h"

namespace s3c::cli {

/// What a run has to pack in all. Groups that aren't listed to their end yet count as large as the mean of those that
/// are.
struct WholeRun {
  Work work;
  bool exact = false;  ///< every group is listed to its end
};
/// nullopt while groups are still being found, or while none is listed to its end.
std::optional<WholeRun> whole_run(const archive::RunProgress& progress);

/// The line of a group in work, made for columns: a long prefix loses its beginning.
std::string group_line(const archive::GroupProgress& group, std::size_t columns);

/// The view of an archive run.
class RunProgressView final : public ProgressView {
 public:
  /// progress must outlive it. dry_run: it only looks. billed_by_aws: false: the dollars are what AWS would bill.
  RunProgressView(const archive::Progress& progress, bool dry_run, bool billed_by_aws = true)
      : progress_(progress), dry_run_(dry_run), billed_by_aws_(billed_by_aws) {}

  void update(std::chrono::milliseconds elapsed, bool stopping) override;
  std::vector<std::string> totals() const override;
  std::vector<std::string> details(std::size_t max_lines, std::size_t columns) const override;

 private:
  std::vector<std::string> totals_of_dry_run() const;
  /// "saves $12.30 a month"; empty while there is nothing to tell.
  std::string savings() const;
  std::optional<std::chrono::milliseconds> time_left() const;

  const archive::Progress& progress_;
  const bool dry_run_;
  const bool billed_by_aws_;
  archive::RunProgress now_;
  std::chrono::milliseconds elapsed_{0};
  bool stopping_ = false;
  SpeedMeter packing_{kShownWindow};
  SpeedMeter forecast_{kForecastWindow};
  SpeedMeter deleting_{kShownWindow};
};

}  // namespace s3c::cli
