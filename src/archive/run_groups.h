// The groups of a run: one thread finds them, several take them, and each one's report is kept.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "archive/group_tally.h"
#include "archive/options.h"
#include "archive/report.h"
#include "archive/run_context.h"
#include "base/bounded_queue.h"
#include "base/mutex.h"
#include "base/task_group.h"
#include "catalog/layout.h"
#include "source/group_source.h"

namespace s3c::archive {

/// Its methods are called in the order in which they stand here, by one thread.
class RunGroups {
 public:
  /// What is done with one group. Called from several threads at once, each time with another group.
  using Work = std::function<void(const catalog::Group& group, GroupTally& tally)>;

  /// Looks at both buckets and begins to search. Throws the store's errors when a bucket doesn't exist or
  /// can't be listed. Both arguments outlive it.
  RunGroups(const ArchiveOptions& options, const RunContext& context);
  /// Ends the search if it still goes on.
  ~RunGroups();
  RunGroups(const RunGroups&) = delete;
  RunGroups& operator=(const RunGroups&) = delete;

  /// Where the groups' objects come from. Any thread.
  source::GroupSource& source() const { return *source_; }

  /// Waits for the first group. False: the search ended without one, or the run is asked to stop.
  bool wait_for_first() S3C_EXCLUDES(mutex_);
  /// Calls work for each group, from options.resources.open_groups threads, and waits for all of them. An
  /// error that work throws becomes part of the group's report. It doesn't end the other groups; but if trying
  /// again can't help, no further group is begun. The same is true once the run is asked to stop. Throws what
  /// ended a thread.
  void run_each(const Work& work) S3C_EXCLUDES(mutex_);
  /// Ends the search, and returns what was done. If the search failed, the report says why. Throws the
  /// search's error if no group was found before it.
  RunReport finish() S3C_EXCLUDES(mutex_);

 private:
  void find() S3C_EXCLUDES(mutex_);
  void warn_of(const source::OutsideLayout& outside) const;
  std::optional<catalog::Group> next() S3C_EXCLUDES(mutex_);
  GroupReport run_one(const catalog::Group& group, const Work& work) const;

  const ArchiveOptions& options_;
  const RunContext& context_;
  const std::unique_ptr<source::GroupSource> source_;
  base::Mutex mutex_;
  std::optional<catalog::Group> first_ S3C_GUARDED_BY(mutex_);  ///< until it is taken
  bool found_any_ S3C_GUARDED_BY(mutex_) = false;
  RunReport report_ S3C_GUARDED_BY(mutex_);
  base::BoundedQueue<catalog::Group> found_;
  base::TaskGroup finder_;  ///< last: its thread uses everything above
};

}  // namespace s3c::archive
