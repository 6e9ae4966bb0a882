// The commit protocol for one group, from listing to deleted sources. docs/ordering.md is its specification;
// the steps are numbered as there.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "archive/archived_members.h"
#include "archive/catalog.h"
#include "archive/committer.h"
#include "archive/group_cleanup.h"
#include "archive/open_volume.h"
#include "archive/packing_crew.h"
#include "archive/readback.h"
#include "archive/report.h"
#include "archive/run_context.h"
#include "archive/selection.h"
#include "archive/source_deleter.h"
#include "archive/source_listing.h"
#include "archive/turnstile.h"
#include "archive/version_sweep.h"
#include "base/bounded_queue.h"
#include "base/memory_budget.h"
#include "base/slots.h"
#include "base/task_group.h"

namespace s3c::archive {

/// What the groups of a run share. All members outlive every GroupRun.
struct RunShared {
  const ArchiveOptions& options;
  const RunContext& context;
  const ObjectFilter filter;
  const StorePowers& powers;
  Catalog& catalog;
  Readback& readback;
  Committer& committer;
  SourceDeleter& deleter;
  VersionSweep& sweep;
  GroupCleanup& cleanup;
  base::MemoryBudget& buffers;  ///< for parts being filled
  base::Slots& slots;
  Turnstile& turnstile;
  PackingCrew& crew;
};

/// Used once, by one thread.
class GroupRun {
 public:
  GroupRun(const RunShared& shared, Group group) : s_(shared), group_(std::move(group)) {}

  /// Runs the group to its end: sources gone, or named in the report. Throws base::Error when the group must
  /// be given up. report: filled as far as the run came, also when it throws.
  void run(GroupReport& report);
  /// Only looks: how much there is, how much of it is archived already.
  void dry_run(GroupReport& report);

 private:
  enum class Outcome { done, start_again };

  /// One pass through the protocol.
  class Pass;

  void pause(int pass);

  const RunShared& s_;
  const Group group_;
  /// Objects that spoiled a volume or can't be packed at all.
  std::set<std::string> spoilers_;
  /// Archives that stood at our name with an id we could not prove, to tell a race from damage.
  std::set<std::string> unproven_ids_;
  bool cleaned_ = false;  ///< what killed runs left of the group was cleared
  /// What the last failed Complete said.
  std::optional<base::Error> last_error_;
};

}  // namespace s3c::archive
