// `s3compress gc`: removes what killed runs left in an archive bucket. It removes nothing that isn't provably
// ours, and nothing that a running job could still commit: docs/ordering.md, "What killed runs leave".
// gc_plan.h says what it plans, and why it plans one thing at a time.
#pragma once

#include "upkeep/gc_options.h"
#include "upkeep/gc_report.h"

namespace s3c::upkeep {

/// Runs to the end and reports what was done; in a dry run, what would be done. Blocks; starts
/// options.threads threads. Memory doesn't grow with the catalog. Throws base::Error when the archive bucket
/// can't be listed at all, and what AbortProbe::expect_harmless() throws: gc asks the store before its first
/// abort, and never in a dry run. Other failures are in the report and don't stop the rest. REQUIRES:
/// validate(options) passed.
GcReport run_gc(const GcOptions& options, const GcContext& context);

}  // namespace s3c::upkeep
