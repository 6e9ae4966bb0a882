// The commit protocol for one group, from listing to deleted sources. docs/ordering.md is its specification;
// the steps are numbered as there.
#pragma once

#include "archive/group_tally.h"
#include "archive/report.h"
#include "archive/run_shared.h"
#include "archive/volume_maker.h"

namespace s3c::archive {

/// Used once, by one thread.
class GroupRun {
 public:
  GroupRun(const RunShared& shared, catalog::Group group) : s_(shared), group_(std::move(group)) {}

  /// Runs the group to its end: sources gone, or named in the report. Throws base::Error when the group must
  /// be given up. report: filled as far as the run came, also when it throws.
  void run(GroupReport& report);
  /// Only counts: how much there is, and how much of it is already archived.
  void dry_run(GroupReport& report);

 private:
  enum class Outcome { done, start_again };

  /// One pass through the protocol.
  class Pass;

  void pause(int pass);

  const RunShared& s_;
  const catalog::Group group_;
  PassMemory memory_;
  bool cleaned_ = false;  ///< the leftovers of killed runs in this group were cleared
};

}  // namespace s3c::archive
