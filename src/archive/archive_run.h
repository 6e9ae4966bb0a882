// The main job: every group of a selection becomes committed volumes, and then its source objects go. This is the table
// of contents of the program; the protocol it follows is docs/ordering.md.
#pragma once

#include <memory>
#include <stop_token>

#include "archive/options.h"
#include "archive/progress.h"
#include "archive/report.h"
#include "base/clock.h"
#include "base/log.h"
#include "s3/object_store.h"

namespace s3c::archive {

/// Everything a run works with; all of it outlives the run.
struct RunContext {
  s3::ObjectStore& store;
  base::Clock& clock;
  base::Logger& log;
  Progress& progress;
  /// Stopped by the first SIGINT: no new objects are admitted, what is packed is committed and its sources deleted.
  std::stop_token stop;
};

/// Runs to the end and says what was done. Blocks; starts options.resources.threads threads and a few more.
/// A group that fails is in the report and the others go on; what can't get better by going on (access_denied,
/// not_found for a bucket, invalid_argument) is thrown as base::Error.
/// REQUIRES: validate(options) passed.
RunReport run_archive(const ArchiveOptions& options, const RunContext& context);

}  // namespace s3c::archive
