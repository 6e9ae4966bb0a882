// The result of plan as it is printed on standard output: for people on one screen, or as one JSON document. Its
// groups are printed while they are planned, because there may be more than fit in memory.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/day_sums.h"
#include "base/prices.h"
#include "cli/output/outcome.h"
#include "cli/output/standard_output.h"
#include "cli/output/summary_parts.h"
#include "plan/plan_run.h"

namespace s3c::cli {

/// --split and --out, for what is told of them.
struct SplitSettings {
  std::string out;      ///< empty: the plan isn't split
  std::string command;  ///< of a task, up to the name of its manifest: "s3compress archive ... --manifest "
};

/// The options of the core, and what only the command line knows.
struct PlanSettings {
  plan::PlanOptions options;
  std::shared_ptr<const base::Prices> prices;  ///< those of options
  std::string price_file;                      ///< empty: prices are S3's list prices
  std::string archive_region;
  std::string source_region;
  bool is_aws = true;  ///< the archive bucket is in S3
  bool with_kms = false;
  SplitSettings split;
};

/// A group as the text shows it.
struct ShownGroup {
  std::string prefix;
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;
  std::uint64_t volumes = 0;
  std::uint64_t archive_bytes = 0;
};

struct PlanResult {
  plan::PlanReport report;
  std::vector<ShownGroup> shown;  ///< the first groups; empty if JSON is printed
  base::DaySums by_day = {};
};

using PlanOutcome = Outcome<PlanSettings, PlanResult>;

/// Takes the groups of a plan. JSON is printed at once; for the text the first ones are kept. One thread.
class PlanGroups {
 public:
  /// settings outlives it.
  PlanGroups(const PlanSettings& settings, bool json, std::stop_token stop);

  /// Throws what print() throws.
  void add(const plan::GroupPlan& group);
  void finish();
  std::vector<ShownGroup> shown() { return std::move(shown_); }
  base::DaySums by_day() { return std::move(by_day_); }

 private:
  const PlanSettings& settings_;
  const bool json_;
  ResultLines lines_;
  bool any_ = false;
  std::vector<ShownGroup> shown_;
  base::DaySums by_day_;
};

/// done, unless the plan is incomplete: a plan of what doesn't pay is a plan.
ExitCode exit_code_of(const PlanResult& result);

/// What speaks against archiving, and what the figures leave out: a sentence each.
std::vector<std::string> plan_warnings(const PlanSettings& settings, const plan::PlanReport& report,
                                       const plan::Costs& costs);

/// The manifests that were written, and how one is archived; empty if the plan wasn't split.
std::string split_text(const PlanOutcome& outcome);
/// The same as members of the document; empty if the plan wasn't split.
Json split_json(const PlanOutcome& outcome);
std::string problems_text(const PlanOutcome& outcome);
std::string text_summary(const PlanOutcome& outcome);
/// The rest of the document that PlanGroups has begun.
std::string json_summary(const PlanOutcome& outcome);
/// The document for --report, without the groups.
Json report_document(const PlanOutcome& outcome);

}  // namespace s3c::cli
