// Plans which unfinished uploads that killed runs left in an archive bucket are aborted.
#pragma once

#include <functional>
#include <string>

#include "catalog/abort_probe.h"
#include "upkeep/gc_crew.h"
#include "upkeep/gc_execution.h"
#include "upkeep/gc_options.h"
#include "upkeep/gc_tally.h"

namespace s3c::upkeep {

/// One thread at a time.
class GcUploads {
 public:
  /// All arguments outlive it. abort_probe: its uploads are left alone.
  GcUploads(const GcOptions& options, const GcContext& context, const catalog::AbortProbe& abort_probe,
            GcExecution& execution, GcTally& tally)
      : options_(options),
        context_(context),
        abort_probe_(abort_probe),
        execution_(execution),
        tally_(tally) {}

  /// Finds the uploads below the catalog and those whose keys are archives' names. The crew's threads abort
  /// those that are old enough.
  void find(GcCrew& crew);

 private:
  /// Asks the store for the uploads to every archive's name on record and to the first free name of its group.
  void find_by_name(const std::function<bool(const s3::MultipartUpload&)>& visit);
  bool lists_by_prefix();
  bool is_archive_name(const std::string& key) const;

  const GcOptions& options_;
  const GcContext& context_;
  const catalog::AbortProbe& abort_probe_;
  GcExecution& execution_;
  GcTally& tally_;
};

}  // namespace s3c::upkeep
